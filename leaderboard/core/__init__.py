"""The science: values in, values out. No Django, no database, no clock."""
