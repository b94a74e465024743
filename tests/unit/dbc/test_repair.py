"""What `dbc repair` does to files as people and programs have written them, and what it leaves alone."""

import cantools
import pytest
from cantools.database.can import Database

from intent_bridge.dbc import repair

SOUND = """VERSION ""

NS_ :
\tCM_
\tVAL_ BA_

BS_:

BU_: ECU TOOL

BO_ 256 CLIMATE: 8 ECU
 SG_ Mode M : 0|4@1+ (1,0) [0|3] "" TOOL
 SG_ Temp m1 : 8|8@1- (0.5,-10) [-10|40] "degC" TOOL,ECU
 SG_ Level m2 : 15|8@0+ (1,0) [0|0] "" TOOL

BO_ 2147488000 LONG_ID : 8 Vector__XXX
 SG_ Ratio : 0|32@1- (1,0) [0|0] "" Vector__XXX

CM_ "A bus; BO_ 7 no message";
CM_ SG_ 256 Temp "over
two lines; VAL_ 1 X 0 ";
CM_ BO_ 2147488000 "long";
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 1000;
BA_DEF_ SG_ "GenSigStartValue" FLOAT 0 1000;
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_DEF_DEF_ "GenSigStartValue" 0;
BA_ "GenMsgCycleTime" BO_ 256 100;
BA_ "GenSigStartValue" SG_ 256 Temp 3;
VAL_ 256 Mode 0 "Off" 1 "On"
 2 "Auto" ;
VAL_TABLE_ Table 1 "one" 0 "zero" ;
SIG_VALTYPE_ 2147488000 Ratio : 1;
SG_MUL_VAL_ 256 Temp Mode 1-1;
SIG_GROUP_ 256 Group 1 : Mode Temp;
BO_TX_BU_ 256 : ECU,TOOL;
// the end
"""


def database(text: str) -> Database:
    loaded = cantools.database.load_string(text, "dbc")
    assert isinstance(loaded, Database)
    return loaded


def changed(old: str, new: str) -> tuple[str, set[str]]:
    """The sound file with one part written otherwise, repaired; and the rules that were used."""
    assert old in SOUND
    repaired = repair(SOUND.replace(old, new))
    assert repair(repaired.text) == (repaired.text, ()), "a repaired file is a sound one"
    database(repaired.text)
    return repaired.text, {change.rule for change in repaired.changes}


@pytest.mark.parametrize("text", ["", "\n", SOUND, SOUND.replace("\n", "\r\n"), "no DBC at all", '"'])
def test_what_is_sound_stays_as_it_is(text: str) -> None:
    assert repair(text) == (text, ())


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('VERSION ""', '\ufeffVERSION ""', "byte-order-mark"),
        ("BS_:", "BS_: 500000 : 1,2", "bus-speed"),
        ("BU_: ECU TOOL", "BU_: ECU, TOOL", "node-list"),
        ("(0.5,-10) [-10|40]", "(.5,-10) [-10|40]", "leading-dot"),
        ("BO_ 2147488000 LONG_ID :", "BO_ 4352 LONG_ID :", "extended-id"),
        ("BO_ 2147488000 LONG_ID :", "BO_ 1073746176 LONG_ID :", "extended-id"),
        ("BO_ 256 CLIMATE", "BO_ 0x100 CLIMATE", "hex-id"),
        ("LONG_ID : 8 Vector__XXX", "LONG_ID : 8", "missing-node"),
        ('"degC" TOOL,ECU', '"degC"', "missing-node"),
        ('"degC" TOOL,ECU', '"degC" TOOL ECU', "node-list"),
        ('"degC" TOOL,ECU', '"degC" TOOL,ECU;', "stray-semicolon"),
        ('"degC" TOOL,ECU', "TOOL,ECU", "missing-unit"),
        ("[0|0]", "[|]", "empty-range"),
        ('"long";', '"long"', "missing-semicolon"),
        ('"long";', '"long" // as said', "missing-semicolon"),
        ('CM_ BO_ 2147488000 "long";', 'CM_ 2147488000 "long";', "comment-kind"),
        ('CM_ BO_ 2147488000 "long";', 'CM_ SG_ 2147488000 "long";', "comment-kind"),
        ('CM_ BO_ 2147488000 "long";', 'CM_ SG_ 2147488000 Gone "long";', "orphan-comment"),
        ('CM_ BO_ 2147488000 "long";', 'CM_ BO_ 99 "long";', "orphan-comment"),
        ("VAL_ 256 Mode", "VAL_ 256 Gone", "orphan-values"),
        ("VAL_ 256 Mode", "VAL_ 99 Mode", "orphan-values"),
        ("VAL_ 256 Mode 0", "VAL_ 256 Mode 0.0", "value-number"),
        ("SIG_VALTYPE_ 2147488000 Ratio", "SIG_VALTYPE_ 99 Ratio", "orphan-type"),
        ("Ratio : 1;", "Ratio 1;", "missing-colon"),
        ("SG_MUL_VAL_ 256 Temp", "SG_MUL_VAL_ 256 Gone", "orphan-multiplexing"),
        ("SIG_GROUP_ 256", "SIG_GROUP_ 99", "orphan-reference"),
        ("BO_TX_BU_ 256", "BO_TX_BU_ 99", "orphan-reference"),
        ('BA_ "GenMsgCycleTime" BO_ 256', 'BA_ "GenMsgCycleTime" BO_ 99', "orphan-attribute"),
        ('BA_ "GenMsgCycleTime"', 'BA_ "Unknown"', "orphan-attribute"),
        ("SG_ 256 Temp 3", "SG_ 256 Gone 3", "orphan-attribute"),
        (
            'BA_DEF_ BO_ "GenMsgCycleTime" INT 0 1000;',
            'BA_DEF_ BO_ "GenMsgCycleTime" BOOL;',
            "attribute-type",
        ),
        ("// the end", "/* the\nend */", "block-comment"),
        ("// the end", 'CAT_DEF_ 1 "category" 0;', "unread-statement"),
        ("BO_ 256 CLIMATE", ' SG_ Lost : 0|8@1+ (1,0) [0|0] "" ECU\n\nBO_ 256 CLIMATE', "orphan-signal"),
    ],
)
def test_each_fault_is_repaired_and_reported(old: str, new: str, rule: str) -> None:
    text, rules = changed(old, new)
    assert rule in rules
    assert layouts(text) == layouts(SOUND)


def layouts(text: str) -> list[tuple[object, ...]]:
    """Everything that says how bits lie on the wire."""
    return [
        (
            m.name,
            m.frame_id,
            m.is_extended_frame,
            s.name,
            s.start,
            s.length,
            s.scale,
            s.offset,
            s.multiplexer_ids,
        )
        for m in database(text).messages
        for s in m.signals
    ]


@pytest.mark.parametrize("bad", ["2nd_Temp", "Temp-left", "Temp left", "Temp.left", "Température"])
def test_a_renamed_signal_takes_everything_said_of_it_along(bad: str) -> None:
    repaired = repair(SOUND.replace("Temp ", f"{bad} ").replace("Temp;", f"{bad};"))
    (message,) = [m for m in database(repaired.text).messages if m.name == "CLIMATE"]
    (signal,) = [s for s in message.signals if s.start == 8]
    assert signal.name.isascii() and signal.name.isidentifier() and signal.name != "Temp"
    assert signal.comment == "over\ntwo lines; VAL_ 1 X 0 " and signal.raw_initial == 3
    assert message.signal_groups is not None
    assert signal.multiplexer_ids == [1] and signal.name in message.signal_groups[0].signal_names
    assert [c.what for c in repaired.changes if c.rule == "bad-name"] == [
        f"signal `{bad}` becomes `{signal.name}`"
    ]


def test_a_new_name_does_not_meet_one_that_is_there() -> None:
    two = ' SG_ A_B : 0|4@1+ (1,0) [0|0] "" X\n SG_ A-B : 8|4@1+ (1,0) [0|0] "" X\n'
    loaded = database(repair(f'BO_ 1 M: 8 X\n{two}VAL_ 1 A-B 1 "one" ;\n').text)
    first, second = loaded.messages[0].signals
    assert (first.name, second.name) == ("A_B", "A_B_2")
    assert first.choices is None and second.choices is not None


def test_a_renamed_id_takes_everything_said_of_the_message_along() -> None:
    text = repair(SOUND.replace("2147488000", "4352")).text
    (message,) = [m for m in database(text).messages if m.name == "LONG_ID"]
    assert message.is_extended_frame and message.comment == "long" and message.signals[0].is_float
    assert text == SOUND


def test_an_id_that_two_formats_could_have_is_left_to_a_person() -> None:
    doubtful = SOUND.replace("BO_ 256 CLIMATE", "BO_ 1073742080 CLIMATE")  # bit 30, and 11 bits below it
    assert not [c for c in repair(doubtful).changes if c.rule == "extended-id"]


def test_changes_name_the_line_of_the_original() -> None:
    text = SOUND.replace("SG_MUL_VAL_ 256 Temp", "SG_MUL_VAL_ 256 Gone").replace("BS_:", "BS_: 1 : 2")
    lines = text.split("\n")
    found = {change.rule: lines[change.line - 1] for change in repair(text).changes}
    assert found["bus-speed"] == "BS_: 1 : 2"
    assert found["orphan-multiplexing"] == "SG_MUL_VAL_ 256 Gone Mode 1-1;"
    assert repair(text).text.count("\n") == text.count("\n")


def test_a_sender_that_is_renamed_is_noted() -> None:
    text, rules = changed("BO_TX_BU_ 256 : ECU,TOOL;", "BO_TX_BU_ 256 : 2ECU,TOOL;")
    assert "BO_TX_BU_ 256 : _2ECU,TOOL;" in text and rules == {"bad-name"}
