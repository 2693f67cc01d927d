import pytest

from deployment import Deployment


@pytest.fixture
def deployment(tmp_path):
    made = Deployment(tmp_path / "zones")
    yield made
    made.kill_all()
