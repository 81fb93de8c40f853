from django.urls import path

from campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("u/<uuid:token>/", views.unsubscribe, name="unsubscribe"),
]
