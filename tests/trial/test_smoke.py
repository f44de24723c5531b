import time
import pytest
from tests import study
from django.db import connection
@pytest.mark.django_db
def test_a(infused, scope):
    with connection.cursor() as c:
        c.execute("select current_user, current_database()"); print(c.fetchone())
@pytest.mark.django_db(transaction=True)
def test_b(infused): pass
@pytest.mark.django_db(transaction=True)
def test_c(infused): pass
def test_demo(demo_study):
    from trial.models import Subject
    with study.seeing_everything(): assert Subject.objects.count() == 23
def test_demo2(demo_copy):
    pass
