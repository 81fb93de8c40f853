from django.urls import path

from campaigns.views import assets, audiences, campaigns, finding, inbox, leads, senders, unsubscribe

app_name = "campaigns"
urlpatterns = [
    path("campaigns/", campaigns.index, name="campaigns"),
    path("campaigns/<int:campaign_id>/", campaigns.show, name="campaign"),
    path("campaigns/<int:campaign_id>/launch/", campaigns.launch, name="launch_campaign"),
    path("campaigns/<int:campaign_id>/pause/", campaigns.pause, name="pause_campaign"),
    path("campaigns/<int:campaign_id>/resume/", campaigns.resume, name="resume_campaign"),
    path("leads/", leads.index, name="leads"),
    path("leads/<int:lead_id>/", leads.show, name="lead"),
    path("leads/find/", finding.find, name="find_leads"),
    path("leads/find/save/", finding.save, name="save_audience"),
    path("leads/find/persona/", finding.use, name="use_for_persona"),
    path("leads/audiences/", audiences.index, name="audiences"),
    path("leads/audiences/<int:audience_id>/", audiences.rename, name="audience"),
    path("leads/audiences/<int:audience_id>/delete/", audiences.delete, name="delete_audience"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/<int:thread_id>/", inbox.show, name="thread"),
    path("inbox/<int:thread_id>/mark/", inbox.mark, name="mark_thread"),
    path("products/", assets.index, {"kind": assets.PRODUCT}, name="products"),
    path("products/new/", assets.new, {"kind": assets.PRODUCT}, name="new_product"),
    path("products/<int:asset_id>/", assets.edit, {"kind": assets.PRODUCT}, name="product"),
    path("personas/", assets.index, {"kind": assets.PERSONA}, name="personas"),
    path("personas/new/", assets.new, {"kind": assets.PERSONA}, name="new_persona"),
    path("personas/<int:asset_id>/", assets.edit, {"kind": assets.PERSONA}, name="persona"),
    path("senders/", senders.index, name="senders"),
    path("senders/new/", senders.new, name="new_sender"),
    path("senders/<int:sender_id>/pause/", senders.pause, name="pause_sender"),
    path("senders/<int:sender_id>/resume/", senders.resume, name="resume_sender"),
    path("u/<uuid:token>/", unsubscribe, name="unsubscribe"),
]
