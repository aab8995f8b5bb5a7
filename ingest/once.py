"""Story: a request that its sender names is done once, however often it comes.

A sender who lost the answer sends the same again under the same key and gets the same submission.
After the IETF draft “The Idempotency-Key HTTP Header Field” (httpapi-idempotency-key-header).
"""

import hashlib
import json
import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from ingest import files, pipeline
from leaderboard.models import SentKey, Submission

# The draft's quoted string, or the same without its quotes.
KEY = re.compile(r"[!#-\[\]-~]{1,255}")


class Reused(Exception):
    """The key names another request."""


def key_of(header: str) -> str:
    """The key in a header, empty where there is none. Raises ValueError."""
    said = header.strip()
    if len(said) > 1 and said[0] == said[-1] == '"':
        said = said[1:-1]
    if header and not KEY.fullmatch(said):
        raise ValueError("A key is 1 to 255 ASCII characters without blanks.")
    return said


def is_known(key: str, *, by: Any) -> bool:
    return bool(key) and SentKey.objects.filter(sent_by=by, key=key).exists()


def receive(
    key: str, sent: files.Sent, *, by: Any, at: datetime, **said: Any
) -> tuple[Submission, bool]:
    """What `pipeline.receive` does, the first time; later its submission as it is now.

    `sent` are files that can be read twice. Raises Reused, and what `pipeline.receive` does; a
    request that was refused has not used up its key.
    """
    sent = list(sent)
    digest = digest_of(sent, said)
    if (known := submission_of(key, digest, by=by)) is not None:
        return known, False
    try:
        with transaction.atomic():
            submission, is_new = pipeline.receive(sent, by=by, at=at, **said)
            SentKey.objects.create(
                sent_by=by, key=key, digest=digest, submission=submission, sent_at=at
            )
            return submission, is_new
    except IntegrityError:
        # The same key came twice at once, and the other was first.
        known = submission_of(key, digest, by=by)
        if known is None:
            raise
        return known, False


def submission_of(key: str, digest: str, *, by: Any) -> Submission | None:
    """What came of a request of that key. Raises Reused if it was another."""
    known = SentKey.objects.filter(sent_by=by, key=key).select_related("submission").first()
    if known is None:
        return None
    if known.digest != digest:
        raise Reused
    return known.submission


def digest_of(sent: files.Sent, said: dict[str, Any]) -> str:
    """Of files with their paths and of all that was said about them. Files are rewound."""
    found = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode())
    for path, stream in sent:
        content = hashlib.sha256()
        stream.seek(0)
        while piece := stream.read(files.PIECE):
            content.update(piece)
        stream.seek(0)
        found.update(f"{path}\0{content.hexdigest()}\0".encode())
    return found.hexdigest()
