"""How much of a message is read. What lies beyond a limit is a doubt: a person has to look."""

MESSAGE_BYTES = 40_000_000  # large providers take 25 MB of files, which are 35 MB in a mail
HEADER_BYTES = 512_000  # of the message
PART_HEADER_BYTES = 32_000
HEADER_FIELDS = 1_000
FIELD_BYTES = 64_000  # one header field, unfolded
PARTS = 500
DEPTH = 30
RECIPIENTS = 1_000  # in To and Cc together
REFERENCES = 100
BODY_BYTES = 10_000_000  # of one text or HTML part
TEXT_LENGTH = 200_000  # characters of what is new, and of history
HTML_NESTING = 400  # open elements; beyond, the words are kept and the structure is not
TREE_DEPTH = 80
SUBJECT_LENGTH = 1_000
NAME_LENGTH = 150
EMAIL_LENGTH = 254
HTML_LENGTH = 1_000_000  # characters that are read for the text
DATA_IMAGES = 50
TABLE_ROWS = 200
TABLE_COLUMNS = 12
LEVELS = 8  # of quotes and lists within each other
HISTORY_LENGTH = 1_000_000  # characters in which history and signature are looked for
