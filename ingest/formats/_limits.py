"""How large a file, a record and a cell may be: one place for code, tests and documentation.

The size of a whole file is limited by whoever hands it in, because only they know its bytes.
"""

HEAD_BYTES = 65_536  # what recognition looks at
ROWS = 1_000_000
LINES = 2_000_000  # of a table, blank ones and those within quotes included
COLUMNS = 1_000  # columns of a table, leaves of a JSON record
NAME_CHARS = 1_000  # of a column's header or a JSON key
CELL_CHARS = 32_767  # as in spreadsheets
RECORD_CHARS = 1_000_000  # one line of a table or of JSON lines, line breaks in quotes included
PARQUET_BYTES = 2**28  # of a Parquet file when unpacked, and characters of all its cells
JSON_DEPTH = 40
NUMBER_CHARS = 64
COUNT = 2_147_483_647  # largest count of devices or samples
SHOWN_CHARS = 200  # of a cell quoted in an issue
