"""What a sender says beside the file."""

from django import forms

from ingest import files
from ingest.formats import FORMATS
from ingest.resolve import PROPOSABLE, PROPOSED, Catalogue, context_of

NAMES = ("hardware", "model", "task", "method", "samples", "region", "device_count")
ASKED, ANSWERED = "asked:", "answered:"


def format_choices() -> list[tuple[str, str]]:
    known = sorted((module.LABEL, slug) for slug, module in FORMATS.items())
    return [("", "Recognise it by its content"), *((slug, label) for label, slug in known)]


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; cleaned, a list of them."""

    widget = FilesInput

    def clean(self, data, initial=None):
        sent = data if isinstance(data, list) else [data]
        return [super(FilesField, self).clean(file, initial) for file in sent or [None]]


class SubmitForm(forms.Form):
    """Files, and what they do not say themselves."""

    file = FilesField(max_length=200, allow_empty_file=True)
    # Browsers send a file's bare name; a script says here, as a JSON list, where each one stood.
    paths = forms.JSONField(required=False)
    mapping = forms.CharField(max_length=60, required=False)
    format = forms.ChoiceField(choices=format_choices, required=False)
    hardware = forms.CharField(max_length=300, required=False)
    model = forms.CharField(max_length=300, required=False)
    task = forms.CharField(max_length=300, required=False)
    method = forms.CharField(max_length=300, required=False)
    samples = forms.IntegerField(min_value=1, max_value=2_147_483_647, required=False)
    device_count = forms.IntegerField(min_value=1, max_value=2_147_483_647, required=False)
    region = forms.CharField(max_length=60, required=False)
    publish = forms.ChoiceField(choices=[("NO", "Show me the check first"), ("AUTO", "Publish")])

    def clean(self):
        """Each file with its path under `sent`."""
        cleaned = super().clean() or self.cleaned_data
        if sent := cleaned.get("file"):
            names = cleaned.get("paths") or [file.name for file in sent]
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise forms.ValidationError("The paths of the files are no list of texts.")
            try:
                paths = files.paths_for(names, len(sent))
            except files.PathError as error:
                raise forms.ValidationError(str(error)) from None
            cleaned["sent"] = list(zip(paths, sent, strict=True))
        return cleaned

    @property
    def context(self) -> dict:
        """What was said, without what was left empty."""
        said = {name: self.cleaned_data[name] for name in NAMES}
        return {name: value for name, value in said.items() if value not in ("", None)}


def context_from(post, before: dict) -> dict:
    """The context of a submission with what its page's form says now.

    A field is named `asked:hardware:CITIC`, and `answered:…` if it changes an earlier answer;
    without a label it is about all rows, and left empty it takes an answer back. With `new:model`
    the models that are asked for come as new ones, unless the catalogue knows them: under the name
    in the field, or the file's where that is empty.
    """
    context = {key: dict(said) if isinstance(said, dict) else said for key, said in before.items()}
    for name, value in post.items():
        prefix, _, rest = name.partition(":")
        if f"{prefix}:" not in (ASKED, ANSWERED):
            continue
        key, _, label = rest.partition(":")
        answer = value.strip()
        is_new = f"{prefix}:" == ASKED and key in PROPOSABLE and post.get(f"new:{key}")
        if is_new and (answer or label) and not is_known(key, answer):
            answer = f"{PROPOSED}{answer}"
        said = context.get(key)
        if isinstance(said, dict) or label:
            labelled = said if isinstance(said, dict) else {"": said} if said else {}
            context[key] = labelled | {label: answer}
        else:
            context[key] = answer
    return context_of(context)


def is_known(kind: str, answer: str) -> bool:
    """Whether an answer is a name of the catalogue, or says itself that it brings a new one."""
    return answer.startswith(PROPOSED) or Catalogue().find(kind, answer) is not None
