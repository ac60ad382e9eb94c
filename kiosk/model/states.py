"""India's 28 States and 8 union territories, as they are since 2020; counts over many facilities are by these names.

Source: the First Schedule of the Constitution of India, as amended to 26 January 2020.
"""

STATES = (
    "Andaman and Nicobar Islands",
    "Andhra Pradesh",
    "Arunachal Pradesh",
    "Assam",
    "Bihar",
    "Chandigarh",
    "Chhattisgarh",
    "Dadra and Nagar Haveli and Daman and Diu",
    "Delhi",
    "Goa",
    "Gujarat",
    "Haryana",
    "Himachal Pradesh",
    "Jammu and Kashmir",
    "Jharkhand",
    "Karnataka",
    "Kerala",
    "Ladakh",
    "Lakshadweep",
    "Madhya Pradesh",
    "Maharashtra",
    "Manipur",
    "Meghalaya",
    "Mizoram",
    "Nagaland",
    "Odisha",
    "Puducherry",
    "Punjab",
    "Rajasthan",
    "Sikkim",
    "Tamil Nadu",
    "Telangana",
    "Tripura",
    "Uttar Pradesh",
    "Uttarakhand",
    "West Bengal",
)


def state_named(text: str) -> str | None:
    """The State as it is written here, whatever the case and spaces of ``text``, and with & for "and"."""
    return _BY_WORDS.get(_words(text))


def _words(text: str) -> str:
    return " ".join(text.replace("&", " and ").casefold().split())


_BY_WORDS = {_words(state): state for state in STATES}
