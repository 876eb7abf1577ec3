"""What the builder's fields offer: claims, types of device, records, certificates."""

import re

from devices.models import DeviceType
from directory.models import User
from directory.selectors import list_claim_names
from tests.factories import NOW, make_data_source, make_group, make_user
from tests.people import Cast, actor_of
from tests.policies.browsers import client_of, url
from tests.policies.language.editing.test_pasting import CERTIFICATE

CLAIM = "allow:\n  and:\n    - claim/team: {has: web}\n"
DEVICE = "allow:\n  and:\n    - device: {type: gone, approved: true}\n"
RECORD = "allow:\n  and:\n    - record: {type: hr.Staff, field: level, is: '5'}\n"


GROUP = "allow:\n  and:\n    - groups: {has: grp-1}\n"
PEOPLE = "allow:\n  and:\n    - user: {in: [id-eve, id-gone]}\n"


def show(cast: Cast, source: str, who: str = "ada") -> str:
    client = client_of(getattr(cast, who))
    return client.post(url("policy-builder"), {"source": source}).content.decode()


def options(html: str, key: str) -> list[str]:
    """Return what is suggested in the datalist of a field."""
    (found,) = re.findall(rf'<datalist id="builder-[^"]*{key}">(.*?)</datalist>', html)
    return re.findall(r'value="([^"]*)"', found)


def test_names_of_claims_are_those_that_sessions_brought(cast: Cast) -> None:
    User.objects.filter(pk=cast.ben.pk).update(claims={"team": ["web"], "hd": ["x"]})

    html = show(cast, CLAIM)

    (found,) = re.findall(r'<datalist id="builder-claims[^"]*">(.*?)</datalist>', html)
    assert re.findall(r'value="([^"]*)"', found) == ["hd", "team"]


def test_names_of_claims_are_for_those_who_may_look_people_up(cast: Cast) -> None:
    User.objects.filter(pk=cast.ben.pk).update(claims={"team": ["web"]})

    assert list_claim_names(actor_of(cast.ben)) == ["team"]
    assert list_claim_names(actor_of(cast.cyd)) == []


def test_types_of_device_are_chosen_and_one_that_is_gone_is_kept(cast: Cast) -> None:
    DeviceType.objects.create(
        code="laptops", name="Our laptops", created_at=NOW, modified_at=NOW
    )

    html = show(cast, DEVICE)

    assert '<option value="laptops">Our laptops (laptops)</option>' in html
    assert '<option value="gone" selected>gone (there is no such type)</option>' in html
    assert '<option value="any">' in html


def test_records_are_offered_from_the_data_sources(cast: Cast) -> None:
    fields = [{"name": one, "type": "text", "example": ""} for one in ("level", "site")]
    make_data_source("hr.Staff", fields=fields)

    html = show(cast, RECORD)

    assert options(html, "-type") == ["hr.Staff"]
    assert options(html, "-field") == ["level", "site"]
    assert "No external data" not in html


def test_without_data_sources_records_can_be_written_all_the_same(cast: Cast) -> None:
    html = show(cast, RECORD)

    assert "No external data is set up yet." in html
    assert 'value="hr.Staff"' in html


def test_certificates_and_blocks_are_pasted_by_those_who_edit(cast: Cast) -> None:
    html = show(cast, CERTIFICATE)
    fixed = (
        client_of(cast.ben)
        .post(url("policy-builder"), {"source": CERTIFICATE, "readonly": "true"})
        .content.decode()
    )

    assert "Read from a certificate" in html
    assert html.count("Paste a block") == 2
    assert '<option value="0/and">Into all of, line 2</option>' in html
    assert "Read from a certificate" not in fixed
    assert "Paste a block" not in fixed


def test_a_group_is_shown_by_name_and_kept_by_id(cast: Cast) -> None:
    make_group("Crew of the night", external_id="grp-1")

    html = show(cast, GROUP)

    assert '<input type="hidden" value="grp-1" data-found-id' in html
    assert 'value="Crew of the night" autocomplete="off"' in html
    assert ">CN</span>" in html
    assert "<summary>Id</summary><code>grp-1</code>" in html
    assert 'data-options-key="groups"' in html


def test_people_are_a_list_from_which_each_is_taken_out(cast: Cast) -> None:
    eve = make_user("eve", external_id="id-eve")

    html = show(cast, PEOPLE)

    assert f'aria-label="Take out {eve}"' in html
    assert 'aria-label="Take out id-gone"' in html
    assert re.findall(r'value="([^"]*)" data-found-id', html) == [
        *("id-eve", "id-gone", "")
    ]
    assert html.count("The directory knows nothing by the id") == 1
    assert "by the id <code>id-gone</code>" in html


def test_a_part_of_an_id_is_text_and_not_looked_up(cast: Cast) -> None:
    html = show(cast, PEOPLE.replace("in: [id-eve, id-gone]", "starts_with: id-"))

    assert "data-found-id" not in html
    assert "The directory knows nothing" not in html
