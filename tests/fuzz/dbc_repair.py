"""Repair takes any text, notes what it changes but space and comments, and leaves nothing more to repair."""

from intent_bridge.dbc import lint, load_dbc, repair
from intent_bridge.dbc.statements import split, without_comments
from intent_bridge.errors import ProfileError

SEEDS = (
    b'VERSION ""\nBS_:\nBU_: ECU TOOL\nBO_ 256 CLIMATE: 8 ECU\n SG_ Mode M : 0|4@1+ (1,0) [0|3] "" TOOL\n'
    b' SG_ Temp m1 : 8|8@1- (0.5,-10) [-10|40] "degC" TOOL,ECU\nVAL_ 256 Mode 0 "Off" 1 "On" ;\n',
    b'CM_ SG_ 256 Temp "over\ntwo lines";\nBA_DEF_ BO_ "Cycle" INT 0 1000;\nBA_DEF_DEF_ "Cycle" 0;\n'
    b'BA_ "Cycle" BO_ 256 100;\nSIG_VALTYPE_ 256 Ratio : 1;\nSG_MUL_VAL_ 256 Temp Mode 1-1;\n',
    b"SIG_VALTYPE_ 256 Rati/ : 17\nSG_ 2596_MUL_VAL_ 256 `emp Mode 1-1;\n",  # once found
    b'BO_ 256 CLIMATE: 8 ECU\n SG_ Temp m2 : 8|8@1- (0.5,-10) [-10|40] "de"CTOg OL,',  # once found
    b'VERSION ""V"\nBO_ 258 CLIMATE: 8 ECU\n SG_ Mode M : 0|4@1+ (1,0) [0|3] __ECU\n SG_ Te',  # once found
    b'VAL_ 2//56 Mode 0 "Off" 1 "On" ;\nBO_TX_BU_ \xff1 : EC///U;\n',  # once found
    b'BO_ 1 A B: 9 X\n SG_ a b : 0|8@1+ (1,,0) [0|0] "\xb0C" \nBO_TX_BU_ 1 : ECU,;\n',
)


def check(data: bytes) -> None:
    """One input, as text of the code page that DBC files are written in."""
    text = data.decode("cp1252", errors="replace")
    assert "".join(statement.text for statement in split(text)) == text
    made = repair(text)
    assert made.changes or _bare(made.text) == _bare(text)
    again = repair(made.text)
    assert again.text == made.text and not again.changes, again.changes[:1]
    try:
        load_dbc(text)
    except ProfileError:
        return
    lint(text)


def _bare(text: str) -> str:
    return "".join(without_comments(text).split())
