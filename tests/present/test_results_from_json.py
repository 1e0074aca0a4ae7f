"""A rep read back from its JSON says the same again."""

import json

from sledmon.present.export.results_from_json import rep_from
from sledmon.present.export.results_json import rep_document
from tests.library.sessions import rep
from tests.share.season import run


def test_a_rep_survives_its_json() -> None:
    for one in (run(1, "Ann", 4.5), run(2, "Ann", 4.1, flag="watch"), rep(3, complete=False)):
        document = json.loads(json.dumps(rep_document(one)))
        assert rep_document(rep_from(document)) == document


def test_json_of_before_there_were_curves_is_read() -> None:
    document = rep_document(run(1, "Ann", 4.5))
    del document["curve"], document["surface"]
    del document["verdict"]["within_rep_drop"], document["verdict"]["rest_s"]
    one = rep_from(document)
    assert one.estimates.curve == ()
    assert not one.verdict.within_rep_drop.known
    assert one.estimates.window.velocity_mps.value == 4.5
