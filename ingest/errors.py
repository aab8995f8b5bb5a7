"""Every code an issue can have: its title, and what to do about it.

Each is a page, /help/errors/<code>/. A test holds the list against the codes that the code uses.
"""

ERRORS: dict[str, tuple[str, str]] = {
    # The file as a whole
    "format.unknown": (
        "The file is of no format that we read",
        "Formats are told by their content. Choose the format yourself if the file is of one that "
        "we read, or copy your numbers into our template.",
    ),
    "file.empty": ("The file is empty", "It has no header or no content. Send the file again."),
    "file.encoding": (
        "The file's encoding is not told",
        "UTF-8 and UTF-16 are read, and the older Western encoding where its letters can't be "
        "others. Save the file as UTF-8; spreadsheets say “CSV UTF-8”.",
    ),
    "file.binary": (
        "The file is not text",
        "It holds a zero byte, which no text has. Save it as text, or pack it as zip or tar.gz.",
    ),
    "file.harmful": (
        "The file was set aside",
        "Reading it ended the worker three times. It is kept, and an editor can look at it.",
    ),
    "file.limits": (
        "Reading takes too much",
        "One file may take ten minutes and 1 GiB of memory to read. Send it in smaller parts.",
    ),
    "file.companion": (
        "A file beside the results",
        "It holds no results of its own and is kept. Send the results along with it.",
    ),
    "file.spreadsheet": (
        "An Excel workbook",
        "Save the sheet as “CSV UTF-8” and send that.",
    ),
    "file.pointer": (
        "A pointer, not the file",
        "The repository keeps the file elsewhere: fetch it with git lfs pull and send that.",
    ),
    "file.page": (
        "A web page, not a file",
        "Download the file itself; on GitHub that is the button “Raw”.",
    ),
    "format.failed": (
        "Our reader failed",
        "The mistake is ours. The file is kept; tell us the address of its page.",
    ),
    "run.conflict": (
        "Other numbers for the same",
        "You published other numbers for the same entry, or under the same external_id. Replace "
        "the earlier ones (supersede, with a reason), count both as repeats (replicate), or keep "
        "the earlier ones (skip).",
    ),
    "run.unchanged": (
        "Published before",
        "You published the same numbers of the same entry before. They count once.",
    ),
    "run.reproduced": (
        "The very numbers of somebody else",
        "Another sender published the same numbers of the same entry. Both count as repeats.",
    ),
    "unit.slip": (
        "A unit that slipped",
        "The number lies far beyond all others of its task, and a factor between two units would "
        "explain it. Check the unit; if it is right, an editor lets it pass.",
    ),
    "energy.beyond_rating": (
        "More energy than the devices can draw",
        "Rated power times devices times time is less than the energy given, also with all that a "
        "machine has beside them. Check the unit, the number of devices and the time.",
    ),
    "numbers.copied": (
        "The same numbers twice",
        "Two models of one file have the same numbers to the last digit. Look which of them ran; "
        "if both are right, an editor lets it pass.",
    ),
    "values.constant": (
        "The same value in many rows",
        "Counts and energies differ from run to run. A value that stays the same is often a "
        "constant of the tool, or a column that was filled down.",
    ),
    "origin.doubtful": (
        "A rating said to be measured",
        "Measured energy is never exactly proportional to time. Say RATED or ESTIMATED.",
    ),
    "carbon.factor": (
        "No grid has this carbon intensity",
        "Carbon divided by energy lies outside of what any grid emits. Check both units.",
    ),
    "origin.missing": (
        "How was the energy obtained?",
        "Say METERED, SENSED, REPORTED, ESTIMATED or RATED beside the number. Our JSON wants it "
        "since version 1.1; for files of version 1 it is a note.",
    ),
    "archive.nested": (
        "An archive that is not opened",
        "A zip, tar or gzip is opened if it is sent by itself; archives inside one are not, apart "
        "from single files in a gzip. Unpack it, or pack its files as zip or tar.gz.",
    ),
    "archive.broken": ("The archive can't be read", "Pack it again, as zip or tar.gz."),
    "archive.bomb": (
        "The archive grows too much",
        "What comes out of an archive is limited: /api/v1/formats/ has the numbers.",
    ),
    "archive.members": ("Too many files", "Send them in several archives."),
    "archive.empty": ("The archive is empty", "Pack the folder again."),
    "archive.encrypted": ("The archive is encrypted", "Pack it again without a password."),
    "archive.method": (
        "The archive is packed in a rare way",
        "Zip files are read that are stored or deflated, as all programs write them unless told "
        "otherwise. Pack it again without a special method, or as tar.gz.",
    ),
    "archive.member": (
        "Not a plain file",
        "Links and devices are not taken. Pack plain files and folders only.",
    ),
    "archive.path": (
        "A path that leads elsewhere",
        "Paths inside an archive are relative, without “..”, of at most 300 characters.",
    ),
    "archive.repeated": ("A path occurs twice", "Each file of an archive has a path of its own."),
    "results.missing": (
        "Nothing to publish",
        "No row states a result: all were set aside, or the list is empty.",
    ),
    "rows.missing": ("No rows", "The file has a header or a list, and nothing in it."),
    "rows.excess": ("Too many rows", "Split the file; the limit is under /api/v1/formats/."),
    "columns.excess": ("Too many columns", "Leave out columns that nobody needs."),
    "cell.long": ("A cell is too long", "Cells may hold 32,767 characters, as in spreadsheets."),
    "record.long": ("A record is too long", "Look for a quotation mark that is not closed."),
    "table.broken": (
        "The table can't be split into cells",
        "Look for a quotation mark that is not closed near the line named.",
    ),
    "table.repeated": (
        "More than one table",
        "Two tables in one text could be of different things. Send each as a file of its own.",
    ),
    "yaml.invalid": ("The file is not YAML", "The message names line and column of the fault."),
    "yaml.alias": (
        "YAML with an alias",
        "A few aliases can stand for more than fits a memory. Write the entries out.",
    ),
    "yaml.repeated": ("More than one YAML document", "Put all entries into one document."),
    "parquet.invalid": ("The file is not Parquet", "It is damaged, cut off or encrypted."),
    "parquet.nested": (
        "A column without plain cells",
        "A cell is a text, a number, a date or true and false, not a list, a record or bytes.",
    ),
    "file.unpacked": ("The file unpacks to too much", "Send it in smaller parts."),
    "sql.broken": (
        "A statement can't be taken apart",
        "INSERT statements are parsed, never executed. Send the file as the tool wrote it.",
    ),
    "json.invalid": ("The file is not JSON", "The message names line and column of the fault."),
    "json.nested": ("The JSON is nested too deeply", "Forty levels are read."),
    "text.invalid": (
        "A text can't be stored",
        "It holds a zero character or half a character. Take that out, and send it again.",
    ),
    "version.unknown": ("Unknown version", "Our JSON is version 1; the template shows it."),
    "record.invalid": ("Not a record", "Each entry is a JSON object with keys and values."),
    "key.repeated": (
        "A key stands twice",
        "The first value that is not empty counts. Remove the other.",
    ),
    # Columns and rows
    "column.missing": ("A column is missing", "The message names all columns that are missing."),
    "column.repeated": ("Two columns mean the same", "Keep one, or name them differently."),
    "column.unknown": (
        "Unknown column",
        "No column is dropped silently. Name it as /formats/efficiency-frontier-csv/ does, call it "
        "setting:<name> to keep it as a setting, or remove it.",
    ),
    "column.spelling": (
        "A column spelt otherwise",
        "Case, blanks and hyphens make no difference: the message says what it is read as.",
    ),
    "column.ignored": (
        "A column that was left out",
        "Columns that only number the rows, and those that tables downloaded here have of ours, "
        "say nothing of a run.",
    ),
    "cell.nowhere": (
        "No such cell",
        "A cell is fixed by the column that its row has. The message names the nearest ones.",
    ),
    "row.nowhere": ("No such row", "Rows count from 1 in each file; name the file as well."),
    "value.unfit": (
        "Not the content of a cell",
        "A cell takes a text, a number, true or false. Null puts back what was sent.",
    ),
    "row.short": (
        "The row ends early",
        "It has fewer cells than the header has columns. Leave cells empty, but keep their commas.",
    ),
    "row.long": (
        "Cells without a column",
        "The row has more cells than the header has columns. Give each column a header, and put "
        "cells with a comma into quotation marks.",
    ),
    "row.snapshot": ("A snapshot", "The run's longest row counts; this one is part of it."),
    "row.phase": ("Preparation", "Loading a model is not work and is not counted."),
    "row.detail": ("A part of a whole", "The whole counts; its parts are kept and not counted."),
    "row.repeated": ("The same again", "The same configuration with the same numbers."),
    "run.scattered": (
        "Rows of a run are too far apart",
        "Sort the file so that the rows of one run stand together.",
    ),
    # Numbers, units and words
    "unit.missing": (
        "A number has no unit",
        "Write the unit in brackets behind the column's name: node_energy [J]. We never guess one.",
    ),
    "unit.unclear": (
        "A unit that is known to be wrong",
        "The tool's version wrote another unit than the figures have. Correct the unit in the row "
        "if you know what they are.",
    ),
    "unit.unknown": (
        "The unit does not fit",
        "It is not known, or it measures something else. The message names the metric's own unit.",
    ),
    "unit.contradiction": (
        "Two units for one value",
        "Value and bounds need one unit: the one of the value.",
    ),
    "number.invalid": (
        "Not a number",
        "Write digits with a decimal point, such as 12.5 or 1.25e1. Leave a missing value empty.",
    ),
    "count.invalid": ("Not a count", "Write a whole number from 1."),
    "date.invalid": ("Not a date", "Write year, month and day: 2026-01-31."),
    "date.missing": ("No day", "Put the day into the name of the file: ratings_2026-01-31.csv."),
    "interval.unclear": ("Not an interval", "Write the distances from the value: +5/-4."),
    "answer.unclear": ("Neither True nor False", "Each answer is True, False or empty."),
    "answer.missing": ("Questions without an answer", "They are not counted as wrong."),
    "decimal.unknown": ("Unknown decimal mark", "The column “decimal” says point or comma."),
    "origin.unknown": (
        "Unknown origin",
        "METERED, SENSED, REPORTED, ESTIMATED or RATED says how a number came to be.",
    ),
    "per.unknown": ("Unknown reference", "A value is per unit or per run."),
    "metric.unknown": ("Unknown metric", "All metrics and their units are under /metrics/."),
    "metric.unsupported": (
        "A score that is not read",
        "Quality is a share from 0 to 1 of which more is better. Perplexities, errors and points "
        "stay in the file.",
    ),
    "metric.repeated": ("A metric stands twice", "Give each metric in one column."),
    "bound.alone": ("A bound without a value", "Give the value that the bounds belong to."),
    "interval.order": (
        "The value lies outside its bounds",
        "low ≤ value ≤ high must hold. Bounds are amounts, not distances from the value.",
    ),
    "value.missing": (
        "No result",
        "The row has nothing that could be ranked. Give at least one metric, with its unit.",
    ),
    "value.negative": (
        "A negative value",
        "No metric of ours can be below zero. Leave the cell empty where nothing was measured.",
    ),
    "value.unread": (
        "A device that the tool could not read",
        "The tool writes zero where it can't read a device. Say what was measured, or measure "
        "again with rights to read it; an editor decides whether the total may count.",
    ),
    "value.zero": (
        "A zero that can't be",
        "Energy, time and cost are never zero. Leave the cell empty where nothing was measured.",
    ),
    "value.contradiction": (
        "Two statements disagree",
        "The file gives one quantity twice, and the two differ by more than 0.1 %. Correct one, or "
        "leave the wrong one out.",
    ),
    "value.outlier": (
        "Far from the others",
        "The value is as the file has it, and counts. Look whether the answers were read right.",
    ),
    "quality.range": (
        "Quality out of range",
        "Quality is a share from 0 to 1, or from 0 % to 100 %. Look at the column's unit.",
    ),
    "samples.few": (
        "Few samples",
        "A score on less than 30 samples says little. Send the run on the whole task.",
    ),
    "boundary.unclear": (
        "Unclear what was measured",
        "The tool tracked a process, not the machine, so the totals are left out.",
    ),
    "boundary.facility": ("Facility energy", "The file's energies already contain the PUE."),
    "test.unknown": ("Unknown test", "A test is pp or tg with a number of tokens: pp512, tg128."),
    "setting.unclear": (
        "A setting of several tasks",
        "The file does not say which of them has which, so none is given one.",
    ),
    "total.shared": (
        "A total of several results",
        "The file states it once for all its results together, so it belongs to none of them.",
    ),
    "cost.unknown": (
        "A cost of zero",
        "The tool writes zero where it knows no price, so the cost is missing. It never is zero.",
    ),
    "carbon.unclear": (
        "Carbon of unknown hardware",
        "The tool estimated it on a machine that nobody names. It is kept as reported.",
    ),
    "latency.batched": ("A time of a batch", "It is not the time of one unit and is left out."),
    "power.window": (
        "A power log without its window",
        "The log runs longer than the test and nothing says when the test began and ended.",
    ),
    "requests.unreadable": (
        "Requests that can't be read",
        "They lack a number or end before they begin. The others count.",
    ),
    "requests.uncounted": (
        "Requests that do not count",
        "Warm-up and failed requests are in the total and in no figure.",
    ),
    "latency.median": ("Medians, not means", "The file states no means of some times."),
    "devices.unclear": (
        "Unclear which devices were meant",
        "A throughput per device needs the number it was divided by. It is left out.",
    ),
    "requests.failed": (
        "Requests failed",
        "Means are over the requests that came back; the others are left out.",
    ),
    "load.saturated": (
        "More load than the server could take",
        "Its times are those of a queue. The run is kept apart by the setting “saturated”.",
    ),
    "telemetry.shared": (
        "One telemetry for several runs",
        "Record each run by itself if its energy shall be known.",
    ),
    "telemetry.short": (
        "The telemetry does not cover the run",
        "Start it before the run and end it after.",
    ),
    "devices.unstated": (
        "How many devices is not said",
        "Say it on the page of the submission under “Say more about all rows”, or in the context "
        "field “device_count” of the API; without word it is one.",
    ),
    "task.unstated": (
        "The task decides, and is not known",
        "Send the file in its folder, which names the task.",
    ),
    "run.invalid": (
        "The tool does not vouch for the run",
        "Its own check of the run failed. Repeat the run, or leave it out.",
    ),
    # Names
    **{
        f"{kind}.unknown": (
            f"Unknown {noun}",
            "Answer on the page of the submission which one is meant, or map the name in the "
            f"context field “{kind}” of the API. Names are never guessed. {otherwise}",
        )
        for kind, noun, otherwise in [
            ("model", "model", "A model that the catalogue lacks may come along as a new one."),
            ("hardware", "device", "Ask an editor to add a device that the catalogue lacks."),
            ("task", "task", "Ask an editor to add a task that the catalogue lacks."),
            ("method", "method", "A method that the catalogue lacks may come along as a new one."),
        ]
    },
    **{
        f"{kind}.missing": (
            f"The file does not say the {noun}",
            "Answer it on the page of the submission, or in the API in the context field "
            f"“{kind}”.",
        )
        for kind, noun in [
            ("model", "model"),
            ("hardware", "device"),
            ("task", "task"),
            ("method", "method"),
            ("samples", "number of samples"),
        ]
    },
    "companion.missing": (
        "A file that belongs to it is missing",
        "Send the folder whole, so that the file beside it can say what ran.",
    ),
    "model.path": ("A path, not a model", "Give the model's public name."),
    "model.unstated": (
        "No model named",
        "The project's name does not look like a model's. Say which model ran.",
    ),
    "row.unfinished": ("Not done", "The run was not finished, so it is left out."),
    "quality.scale": (
        "Is it a percentage?",
        "The format has percentages, and this one is below 1 %. Check that it is no fraction.",
    ),
    "boundary.client": (
        "Only the client was measured",
        "The model ran elsewhere. The energy of whoever asked it is not that of the model, and is "
        "left out.",
    ),
    "target.missed": ("The target was not reached", "The run ended before it got there."),
    "measure.corrupt": (
        "Samples that can't be",
        "Some samples are zero, negative or far from all others, so the mean is doubtful. It is "
        "kept as written; the message has the median.",
    ),
    "series.gap": (
        "Samples without a number",
        "Some samples of the series could not be used, so the total is too low.",
    ),
    "report.draft": (
        "The report is a draft",
        "Its own status says so. An editor looks at it before it counts.",
    ),
    "report.confidential": (
        "The report is not public",
        "Its publisher marked it as not public. An editor asks before it is shown.",
    ),
    "model.flagged": (
        "A flagged model",
        "The leaderboard warns of it, mostly because of what it was trained on.",
    ),
    "model.several": ("Several models named", "Say in the context which one the numbers are of."),
    "hardware.several": ("Several devices named", "Say in the context which one did the work."),
}
