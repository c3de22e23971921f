from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.Overview.as_view(), name="overview"),
    path("targets/", views.Targets.as_view(), name="targets"),
    path("targets/csv/", views.TargetsFile.as_view(), name="targets-csv"),
    path("targets/missed/csv/", views.MissedFile.as_view(), name="missed-csv"),
    path("time/", views.TimeSpent.as_view(), name="time"),
    path("time/csv/", views.TimeFile.as_view(), name="time-csv"),
    path("time/entries/csv/", views.TimeEntriesFile.as_view(), name="time-entries-csv"),
]
