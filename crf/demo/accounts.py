"""The people of the demonstration study: one account a role, a coordinator and an investigator a site. All invented."""

from dataclasses import dataclass

from crf.demo.typed import By

# For a study that holds no patient data, on a machine that says so on every page. Never used elsewhere.
PASSWORD = "cartwright-demo-2026"


@dataclass(frozen=True, slots=True)
class Account:
    """One demonstration user. `sites` is None for every site."""

    username: str
    first_name: str
    last_name: str
    role: str
    sites: tuple[str, ...] | None = None
    language: str = "en"

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


ACCOUNTS = (
    Account("coordinator-01", "Yue", "Lin", "COORDINATOR", ("01",)),
    Account("investigator-01", "Bowen", "Shen", "INVESTIGATOR", ("01",)),
    Account("coordinator-02", "晓", "顾", "COORDINATOR", ("02",), "zh-hans"),
    Account("investigator-02", "清和", "陆", "INVESTIGATOR", ("02",), "zh-hans"),
    Account("coordinator-03", "Ke", "Tang", "COORDINATOR", ("03",)),
    Account("investigator-03", "Ruolan", "Meng", "INVESTIGATOR", ("03",)),
    Account("monitor", "Agnes", "Wray", "MONITOR", ("01", "02")),
    Account("data-manager", "Tomas", "Orlik", "DATA_MANAGER"),
    Account("medical-monitor", "Ines", "Calder", "MEDICAL_MONITOR"),
    Account("statistician", "Peter", "Haldane", "STATISTICIAN"),
    Account("inspector", "Marit", "Solberg", "INSPECTOR"),
    Account("administrator", "Ewan", "Pike", "ADMINISTRATOR"),
)


def who(by: By, *, site: str) -> Account:
    """The coordinator or the investigator of one site. Raises KeyError for an unknown site."""
    return {(account.role.lower(), account.sites): account for account in ACCOUNTS}[by, (site,)]
