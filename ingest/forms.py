"""What a sender says beside the file."""

from django import forms

from ingest.formats import FORMATS

NAMES = ("hardware", "model", "task", "method", "samples", "region", "device_count")
ASKED = "asked:"


def format_choices() -> list[tuple[str, str]]:
    known = sorted((module.LABEL, slug) for slug, module in FORMATS.items())
    return [("", "Recognise it by its content"), *((slug, label) for label, slug in known)]


class SubmitForm(forms.Form):
    """A file, and what it does not say itself."""

    file = forms.FileField(max_length=200, allow_empty_file=True)
    format = forms.ChoiceField(choices=format_choices, required=False)
    hardware = forms.CharField(max_length=300, required=False)
    model = forms.CharField(max_length=300, required=False)
    task = forms.CharField(max_length=300, required=False)
    method = forms.CharField(max_length=300, required=False)
    samples = forms.IntegerField(min_value=1, max_value=2_147_483_647, required=False)
    device_count = forms.IntegerField(min_value=1, max_value=2_147_483_647, required=False)
    region = forms.CharField(max_length=60, required=False)
    publish = forms.ChoiceField(choices=[("NO", "Show me the check first"), ("AUTO", "Publish")])

    @property
    def context(self) -> dict:
        """What was said, without what was left empty."""
        said = {name: self.cleaned_data[name] for name in NAMES}
        return {name: value for name, value in said.items() if value not in ("", None)}


def context_from(post, before: dict) -> dict:
    """The context of a submission with what its page's form says now.

    A field is named `asked:hardware:CITIC`; without a label it is about all rows.
    """
    context = {key: dict(said) if isinstance(said, dict) else said for key, said in before.items()}
    for name, value in post.items():
        if not name.startswith(ASKED) or not value.strip():
            continue
        key, _, label = name.removeprefix(ASKED).partition(":")
        if not label:
            context[key] = value
            continue
        said = context.get(key)
        labelled = said if isinstance(said, dict) else {"": said} if said else {}
        context[key] = labelled | {label: value}
    return context
