"""Folders and archives: what is inside is read, and what is hostile is refused with a code."""

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import tarfile
import zipfile

import pyarrow as arrow
import pyarrow.parquet
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from ingest import files, parsing, pipeline
from ingest.spool import spooled
from leaderboard.models import Run
from tests.builders import make_user
from tests.ingest.files import HEADER, csv, make_catalogue, received, row, sent

pytestmark = pytest.mark.django_db
MIB = 2**20


@pytest.fixture(autouse=True)
def catalogue():
    make_catalogue()


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def tarred(members, mode="w:gz") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


TWO = [("a/one.csv", csv(row(1), row(2))), ("b/two.csv", csv(row(3))), ("b/README.txt", b"hello")]


def issues_of(content: bytes, filename="sent.zip"):
    report = pipeline.check([(filename, io.BytesIO(content))], by=AnonymousUser(), context={})
    return {issue["code"]: issue for issue in report.issues}


# What is inside is read


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sent.zip", zipped(TWO)),
        ("sent.zip", zipped(TWO, zipfile.ZIP_STORED)),
        ("sent.tar.gz", tarred(TWO)),
        ("sent.tar", tarred(TWO, "w")),
    ],
    ids=["zip", "stored zip", "tar.gz", "tar"],
)
def test_an_archive_is_one_submission_with_its_paths(name, content):
    submission = sent(content, filename=name)

    assert submission.state == "PUBLISHED"
    found = Run.objects.order_by("path", "row").values_list("path", "row")
    assert list(found) == [("a/one.csv", 1), ("a/one.csv", 2), ("b/two.csv", 1)]
    assert [one["path"] for one in submission.issues] == ["b/README.txt"]
    assert b"".join(files.whole(submission)) == content


def test_one_gzipped_file_is_that_file():
    submission = sent(gzip.compress(csv(row())), filename="results.csv.gz")

    assert submission.state == "PUBLISHED"
    assert Run.objects.get().path == "results.csv"


def test_files_sent_together_are_one_submission_and_come_back_as_a_zip():
    together = [(name, io.BytesIO(content)) for name, content in TWO]
    submission, _ = pipeline.receive(
        together, filename="folder", by=make_user(), at=received(csv(row(9))).received_at
    )
    pipeline.ingest(submission.pk, at=submission.received_at)
    submission.refresh_from_db()

    assert (submission.state, submission.summary["runs"]) == ("PUBLISHED", 3)
    back = zipfile.ZipFile(io.BytesIO(b"".join(files.whole(submission))))
    assert {name: back.read(name) for name in back.namelist()} == dict(TWO)


def test_an_error_in_one_file_does_not_hide_those_of_others():
    content = zipped([("a.csv", csv(row(1, quality="?"))), ("b.csv", b"model,task\n\xff\xfe")])
    good = ("c.csv", csv(row(2)))

    found = pipeline.check(
        [("x.zip", io.BytesIO(content)), (good[0], io.BytesIO(good[1]))],
        by=AnonymousUser(),
        context={},
    )

    assert {(issue["path"], issue["code"]) for issue in found.issues} >= {
        ("a.csv", "number.invalid"),
        ("b.csv", "format.unknown"),
    }
    assert found.planned == 1


def test_a_folder_is_checked_offline(tmp_path, capsys):
    for name, content in TWO:
        (tmp_path / "sent" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sent" / name).write_bytes(content)

    with pytest.raises(SystemExit) as ended:
        call_command("check_file", str(tmp_path / "sent"))

    assert ended.value.code == 0
    assert "3 runs of 3 entries, 0 errors" in capsys.readouterr().out


@pytest.mark.parametrize(("cell", "code"), [("?", 2), ("51", 0)])
def test_the_offline_check_says_by_its_code_how_it_went(tmp_path, cell, code):
    (tmp_path / "a.csv").write_bytes(csv(row(quality=cell)))

    with pytest.raises(SystemExit) as ended:
        call_command("check_file", str(tmp_path / "a.csv"), json=True)

    assert ended.value.code == code


# What is hostile is refused


def encrypted() -> bytes:
    content = bytearray(zipped([("a.csv", csv(row()))]))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


def relabelled(method: int) -> bytes:
    """A zip that says that it is packed by this method."""
    content = bytearray(zipped([("a.csv", csv(row()))]))
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(signature) + place] = method
    return bytes(content)


def linked(kind: bytes, target: str) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        member = tarfile.TarInfo("a.csv")
        member.type, member.linkname = kind, target
        archive.addfile(member)
    return content.getvalue()


def symlinked_zip() -> bytes:
    member = zipfile.ZipInfo("a.csv")
    member.external_attr = 0o120777 << 16
    return zipped([(member, "/etc/passwd")])


def doubled() -> bytes:
    """Two members of which the table of contents gives one place."""
    content = zipped([("a.csv", csv(row()))])
    start, end = content.index(b"PK\x01\x02"), content.rindex(b"PK\x05\x06")
    told = content[start:end]
    counts = struct.pack("<HHI", 2, 2, 2 * len(told))
    both = told + told.replace(b"a.csv", b"b.csv")
    return content[:start] + both + content[end : end + 8] + counts + content[end + 16 :]


def extended(**headers: str) -> bytes:
    """A tar whose member has these extended headers."""
    target, content = io.BytesIO(), csv(row())
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("a.csv")
        member.size, member.pax_headers = len(content), headers
        archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def sparse() -> bytes:
    """A few bytes that say of themselves that they are a petabyte, most of it holes."""
    size = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": str(2**50)}
    holes = {"GNU.sparse.name": "a.csv", "GNU.sparse.map": f"0,{len(csv(row()))},{2**49},0"}
    return extended(**size, **holes)


HOSTILE = {
    "out of the folder": (zipped([("../../a.csv", b"x")]), "archive.path"),
    "absolute": (zipped([("/etc/a.csv", b"x")]), "archive.path"),
    "a drive": (zipped([("C:\\a.csv", b"x")]), "archive.path"),
    "backslashes out": (zipped([("..\\a.csv", b"x")]), "archive.path"),
    "tar out of the folder": (tarred([("../a.csv", b"x")]), "archive.path"),
    "symbolic link": (linked(tarfile.SYMTYPE, "/etc/passwd"), "archive.member"),
    "hard link": (linked(tarfile.LNKTYPE, "b.csv"), "archive.member"),
    "device": (linked(tarfile.CHRTYPE, ""), "archive.member"),
    "symbolic link in a zip": (symlinked_zip(), "archive.member"),
    "encrypted": (encrypted(), "archive.encrypted"),
    "empty": (zipped([]), "archive.empty"),
    "cut off": (zipped(TWO)[:-30], "archive.broken"),
    "damaged gzip": (gzip.compress(csv(row()))[:-9] + b"123456789", "archive.broken"),
    "a workbook": (zipped([("xl/workbook.xml", b"<x/>")]), "file.spreadsheet"),
    "packed by bzip2": (zipped(TWO, zipfile.ZIP_BZIP2), "archive.method"),
    "packed by LZMA": (zipped(TWO, zipfile.ZIP_LZMA), "archive.method"),
    "packed by nobody": (relabelled(99), "archive.method"),
    "one place of two members": (doubled(), "archive.broken"),
    "tar that leads out by its extended header": (extended(path="../../a.csv"), "archive.path"),
    "tar of a longer size": (extended(size="9" * 20), "archive.broken"),
    "tar of a petabyte of holes": (sparse(), "archive.bomb"),
    "junk behind a gzip": (gzip.compress(csv(row())) + b"junk", "archive.broken"),
    "the same path twice": (
        zipped([("a.csv", csv(row(1))), ("./a.csv", csv(row(2)))]),
        "archive.repeated",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_with_a_code(name, tmp_path, monkeypatch):
    content, code = HOSTILE[name]
    monkeypatch.chdir(tmp_path)

    assert code in issues_of(content)
    assert list(tmp_path.iterdir()) == []  # nothing came out of it


BEGINS, BLANKS = csv(row()) + b"\n", b"\n" * (4 * MIB)


def in_zip(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """More than a GiB of blanks in about a MiB, after a row that makes a table of it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive, archive.open("a.csv", "w") as file:
        file.write(BEGINS)
        for _ in range(300):
            file.write(BLANKS)
    return target.getvalue()


def in_gzip() -> bytes:
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb") as file:
        file.write(BEGINS)
        for _ in range(300):
            file.write(BLANKS)
    return target.getvalue()


def in_tar() -> bytes:
    """200,000 folders and nothing in them."""
    member = tarfile.TarInfo("a/")
    member.type = tarfile.DIRTYPE
    return gzip.compress(member.tobuf() * 200_000)


def in_parquet() -> bytes:
    """A text that stands once in the file and 900,000 times in its table."""
    places = arrow.array([0] * 900_000, arrow.int8())
    cells = ["tiny", "riddles", "card-9", "1", "51", "100", "x" * 30_000]
    names = [*HEADER.split(",")[:6], "setting:x"]
    columns = {
        name: arrow.DictionaryArray.from_arrays(places, arrow.array([cell]))
        for name, cell in zip(names, cells, strict=True)
    }
    target = io.BytesIO()
    arrow.parquet.write_table(arrow.table(columns), target)
    return target.getvalue()


BOMBS = {
    "zip": (in_zip, {"archive.bomb", "rows.excess"}),
    "zip, bzip2": (lambda: in_zip(zipfile.ZIP_BZIP2), {"archive.method"}),
    "zip, LZMA": (lambda: in_zip(zipfile.ZIP_LZMA), {"archive.method"}),
    "gzip": (in_gzip, {"archive.bomb", "rows.excess"}),
    "gzip in a zip": (lambda: zipped([("a.csv.gz", in_gzip())]), {"archive.bomb", "rows.excess"}),
    "tar": (in_tar, {"archive.bomb"}),
    "Parquet": (in_parquet, {"file.unpacked"}),
}
# A process of its own, as the kernel tells the largest of all children that there ever were.
ALONE = """
import json, resource, sys
import django
django.setup()
from ingest import parsing
from ingest.spool import spooled
with spooled([("sent", [sys.stdin.buffer.read()])]) as spool:
    codes = {issue.code for frame in parsing.frames(spool) for issue in frame.issues}
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([sorted(codes), used.ru_maxrss / 1024, used.ru_utime + used.ru_stime]))
"""


def read_alone(content: bytes) -> tuple[set[str], float, float]:
    """The codes of what is wrong, and MiB and seconds of the processor that reading took."""
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "efficiency_site.settings"}
    told = subprocess.check_output([sys.executable, "-c", ALONE], input=content, env=environ)
    codes, mib, seconds = json.loads(told)
    return set(codes), mib, seconds


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_stopped_by_what_comes_out_of_it(kind):
    make, expected = BOMBS[kind]
    _, plain_mib, _ = read_alone(csv(row()))

    codes, mib, seconds = read_alone(make())

    assert codes & expected, codes
    assert mib - plain_mib < 300
    # Of the processor, as others may be at work here.
    assert seconds < 15


def test_a_zip_that_lies_about_sizes_is_held_to_what_comes_out():
    """The table of contents says ten bytes; fifty times as many come out."""
    content = bytearray(zipped([("a.csv", csv(*(row(n) for n in range(1, 40))))]))
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 10)

    assert {"archive.broken", "rows.missing", "format.unknown"} & issues_of(bytes(content)).keys()


def test_too_many_members_are_refused(settings):
    settings.LIMITS = settings.LIMITS | {"max_members": 3}

    assert "archive.members" in issues_of(zipped([(f"{n}.csv", csv(row(n))) for n in range(1, 6)]))


def test_an_archive_within_an_archive_is_not_opened():
    inner = zipped([("a.csv", csv(row()))])

    assert issues_of(zipped([("inner.zip", inner)])).keys() == {"archive.nested"}
    found = issues_of(zipped([("inner.zip", inner), ("b.csv", csv(row()))]))
    assert found.keys() == {"archive.nested"}


def test_a_gzipped_file_within_a_zip_is_that_file():
    packed = gzip.compress(csv(row()))

    submission = sent(zipped([("runs/a.csv.gz", packed)]), filename="sent.zip")

    assert submission.state == "PUBLISHED"
    assert Run.objects.get().path == "runs/a.csv"


def test_a_submission_of_several_formats_says_so(client):
    speed = {"elapsed_time": 5.0, "num_requests": 50, "requests_per_second": 10.0}
    files = [("a.csv", csv(row())), ("b.json", json.dumps(speed | {"tokens_per_second": 100.0}))]

    submission = sent(zipped(files), filename="sent.zip")

    client.force_login(submission.submitted_by)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "and 1 other format</strong>" in page


def test_a_gzip_beside_the_same_file_keeps_its_name():
    files = [("a.csv", csv(row())), ("a.csv.gz", gzip.compress(csv(row())))]

    assert issues_of(zipped(files)).keys() == {"archive.nested"}


# The child


def frames_of(content: bytes, **how):
    with spooled([("a.csv", [content])]) as spool:
        return list(parsing.frames(spool, **how))


def test_a_file_that_takes_too_much_memory_ends_its_child_alone(settings):
    settings.LIMITS = settings.LIMITS | {"memory_bytes": 200 * MIB}
    document = json.dumps({"format": "efficiency-frontier", "version": 1, "entries": []})
    heavy = document.replace("[]", "[" + ",".join(["[1,2,3,4,5,6,7,8,9]"] * 900_000) + "]")

    codes = {issue.code for frame in frames_of(heavy.encode()) for issue in frame.issues}

    assert codes == {"file.limits"}


def test_a_file_that_takes_too_long_ends_its_child_alone(settings):
    settings.LIMITS = settings.LIMITS | {"parse_seconds": 1}
    slow = csv(*(row(n) for n in range(1, 120_000)))

    last = frames_of(slow)[-1]

    assert [issue.code for issue in last.issues] == ["file.limits"]


def test_the_child_has_neither_secrets_nor_a_database():
    asking = "import ingest.child, sys, json; print(json.dumps(sorted(sys.modules)))"

    told = json.loads(subprocess.check_output([sys.executable, "-c", asking]))

    assert not [name for name in told if name.split(".")[0] in ("django", "psycopg", "redis")]


def test_a_checksum_that_is_wrong_is_noticed():
    content = bytearray(zipped([("a.csv", csv(row()))], zipfile.ZIP_STORED))
    place = content.index(b"tiny,riddles")
    content[place] ^= 1

    assert "archive.broken" in issues_of(bytes(content))
