import pytest
from tests.builders import *
pytestmark = pytest.mark.django_db
def test_smoke(client):
    board = make_board()
    for n in range(5):
        make_entry(board, quality=0.5+n/20, energy=(n+1,n+2,n+4), cost=n+1)
    refresh(board)
    b = board.get_absolute_url()
    for path in (b, b+"?at=1", b+"data.csv?comments=1", b+"data.csv?at=1", b+"rows.json", b+"rows.json?at=1", b+"rows.parquet", b+"figure.svg", b+"figure.png", b+"cite.bib", "/embed"+b, "/embed"+b+"?at=1", "/entries/%d/badge.svg" % board.placements.first().entry_id):
        a = client.get(path)
        assert a.status_code == 200, path
        body = b"".join(a.streaming_content) if a.streaming else a.content
        print(path, len(body)); 
        if "csv" in path or "rows.json" in path or "bib" in path or "badge" in path: print(body.decode()[:1500])
        if "figure" in path: open("/tmp/share-try/"+path.split("/")[-1],"wb").write(body)
    a = client.post("/v/", {"board": board.slug, "query": "quality_min=30 %&model=&foo=3&start=101"})
    print(a.status_code, a["Location"])
