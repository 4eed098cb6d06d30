"""The samples in a database, swept once; its tests change nothing but in a copy."""

from tests.site.conftest import chosen as chosen
from tests.site.conftest import database as database
from tests.site.conftest import home as home
from tests.site.conftest import person as person
from tests.site.conftest import person_agency as person_agency
from tests.site.conftest import person_operator as person_operator
from tests.site.conftest import person_supervisor as person_supervisor
from tests.site.conftest import site_app as site_app
from tests.site.conftest import swept_home as swept_home
