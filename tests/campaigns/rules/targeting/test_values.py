"""What stands in the database stays what it is."""

from __future__ import annotations

from campaigns.rules.targeting.sizes import SIZE_BANDS
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES


def test_no_id_ever_changes():
    assert " ".join(f"{each.id}:{each.value}" for each in SENIORITIES) == (
        "1:owner 2:founder 3:c_suite 4:partner 5:vp 6:head 7:director 8:manager 9:senior 10:entry 11:intern"
    )
    assert " ".join(f"{each.id}:{each.value}" for each in FUNCTIONS) == (
        "1:engineering 2:product 3:design 4:data 5:it 6:security 7:sales 8:marketing 9:customer_success 10:support 11:finance 12:legal "
        "13:hr 14:operations 15:supply_chain 16:research 17:healthcare 18:education 19:media 20:consulting 21:real_estate 22:public_sector "
        "23:general_management"
    )
    assert " ".join(f"{each.id}:{each.value}" for each in SIZE_BANDS) == (
        "1:1 2:2-10 3:11-50 4:51-200 5:201-500 6:501-1000 7:1001-5000 8:5001-10000 9:10001+"
    )
