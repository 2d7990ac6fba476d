"""Answers of Coin Metrics and of the Cambridge index, in their documented shapes.

May 2021 is as published (Coin Metrics, CC BY-NC 4.0; Cambridge Bitcoin Electricity Consumption
Index, CC BY-NC-SA 4.0), and so are two months of the mining map; other days are made up.
"""

import csv
import datetime as dt
import io
import json

COIN_METRICS = ("community-api.coinmetrics.io", "/v4/timeseries/asset-metrics")
CONSUMPTION = ("ccaf.io", "/cbeci/api/v1.4.0/download/data")
MINING_MAP = ("ccaf.io", "/cbeci/api/v1.2.0/download/mining_countries")

# price [USD], hashrate [TH/s], fees [BTC], blocks; power: least, guess, most [GW]
MAY_2021 = """
57863.5903927528 158215613.46069756 98.81034028 139 4.703070945 11.70290117 48.81530942
56572.5968410286 189527186.17245042 84.38782013 185 4.806408857 11.91733655 49.88790054
57243.0416054939 181331416.76498824 113.2496722 177 5.009754775 12.38328073 51.99852019
53724.10892519 185429300.73110002 97.53002835 181 5.090623289 12.54257146 52.83789123
57342.0256616014 160841991.03347486 100.29671031 157 5.066661617 12.44584186 52.58918214
56527.3529789597 174160117.98024437 109.21372074 170 5.199444246 12.73730079 53.96739336
57341.0684549386 176209059.22568092 104.2027543 172 5.226006741 12.76315597 54.24309756
58736.1258950906 175184588.60296264 87.09333133 171 5.298356497 12.93985135 54.99404853
58288.4256303916 190551658.27040735 68.83308148 186 5.302726731 12.9505245 55.03940918
55902.9277399182 184404830.10838172 102.50388293 180 5.315833169 12.98253355 55.17544685
56612.1026487434 176209059.22568092 81.30313479 172 5.276522382 12.88652723 54.76742234
50972.355081239 176209059.22568092 77.2088848 172 5.342041781 13.04654124 55.44747795
49368.6144739918 186999513.86234707 71.54922349 161 5.396786956 13.18024202 56.01570297
49997.3959011105 166839066.08152366 73.11896291 134 5.356836622 13.08267377 55.60104032
47047.9633331385 153143321.7171525 61.6694623 123 5.262857406 12.85315409 54.62558735
46022.5037090006 164348930.5795564 53.24761006 132 5.151137172 12.58030661 53.4659923
43492.3954833431 150653186.21518525 76.96149261 121 5.007230699 12.22885265 51.97232165
42789.8093921683 124506764.34097786 67.70649625 100 4.786791836 11.69048833 49.68428657
37642.5200017534 155633457.21911976 124.84309741 125 4.69906312 11.47623386 48.77371039
40799.4021475745 139447577.35278136 131.97151192 112 4.496318375 10.91731955 44.48246722
37174.3311014027 136957441.8508141 131.84301153 110 4.368912199 10.54353902 41.01226185
37643.4197983635 144427848.35671586 98.81884261 116 4.331754552 10.3867508 38.36162458
34774.207221917 148163050.713218 81.12379396 119 4.262743229 10.15046045 35.32179022
38630.4091186441 156878524.07365468 98.20728103 126 4.289288669 10.14355709 33.1370961
38269.7710747516 153143321.7171525 86.01523025 123 4.411382346 10.37171364 32.00272954
39194.8588980129 151898253.06972018 76.84605634 122 4.39545764 10.26336564 29.45533195
38510.8570417884 145672915.21125075 66.47903988 117 4.421998817 10.32533912 29.63319265
35596.7179510228 148163050.713218 68.98533519 119 4.469777198 10.43690134 29.95337048
34681.8183670368 144427848.35671586 45.39305918 116 4.469777198 10.43690134 29.95337048
35652.1687703098 150864303.39569443 36.75241843 144 4.481293298 10.46379135 30.03054346
37312.9748970193 147526659.5228379 46.93975809 141 4.44141971 10.36689782 29.76333811
"""
MADE_UP = "78000.5 1000000000.25 3.25 150 8.25 15.5 27.25"
PUBLISHED = {
    dt.date(2021, 5, day): line.split() for day, line in enumerate(MAY_2021.split("\n")[1:-1], 1)
}
TWH_PER_GW_YEAR = 8.766
MAP = """date,country,monthly_hashrate_%,monthly_absolute_hashrate_EH/S
2021-07-01,United States,35.12%,35.24
2021-07-01,Kazakhstan,13.79%,13.83
2021-07-01,Russian Federation,11.9%,11.94
2021-07-01,Canada,10.83%,10.87
2021-07-01,Other,9.41%,9.44
2021-07-01,Malaysia,5.39%,5.41
2021-07-01,Ireland *,5.06%,5.08
2021-07-01,Germany *,4.7%,4.71
2021-07-01,"Iran, Islamic Rep.",3.81%,3.82
2021-07-01,Mainland China,0%,0.0
2022-01-01,United States,37.84%,70.97
2022-01-01,Mainland China,21.11%,39.6
2022-01-01,Kazakhstan,13.22%,24.8
2022-01-01,Other,9.02%,16.92
2022-01-01,Canada,6.48%,12.15
2022-01-01,Russian Federation,4.66%,8.75
2022-01-01,Germany *,3.06%,5.74
2022-01-01,Malaysia,2.51%,4.7
2022-01-01,Ireland *,1.97%,3.69
2022-01-01,"Iran, Islamic Rep.",0.12%,0.23
"""


def days(first, last):
    """Days of a range, both included."""
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def figures(day):
    return PUBLISHED.get(day) or MADE_UP.split()


def metrics(day, **changes):
    """One day of the series; coins are blocks times the subsidy of the time."""
    price, hashrate, fees, blocks, *_ = figures(day)
    coins = int(blocks) * (6.25 if day < dt.date(2024, 4, 20) else 3.125)
    row = {
        "asset": "btc",
        "time": f"{day}T00:00:00.000000000Z",
        "PriceUSD": price,
        "HashRate": hashrate,
        "IssTotUSD": str(float(price) * coins),
        "FeeTotNtv": fees,
        "IssTotNtv": f"{coins:g}",
        "BlkCnt": blocks,
    }
    return row | changes


def free_tier(row):
    """A day as an interface gives it that no longer has issuance and blocks."""
    return {name: value for name, value in row.items() if name not in ("IssTotNtv", "BlkCnt")}


def page(rows, following=None):
    """One page, with the address of the next one."""
    content = {"data": rows}
    if following:
        token = {"next_page_token": "0.MjAyMS0wNS0x"}
        address = f"https://{''.join(COIN_METRICS)}?{following}&next_page_token=0.MjAyMS0wNS0x"
        content |= token | {"next_page_url": address}
    return json.dumps(content).encode()


def table(lines):
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


def consumption(dates, price="0.05", scale=1.0):
    """Daily consumption as the download gives it: a sentence in line 1, then the header."""
    bounds = ("MAX", "MIN", "GUESS")
    header = ["Timestamp", "Date and Time"]
    header += [f"power {bound}, GW" for bound in bounds]
    header += [f"annualised consumption {bound}, TWh" for bound in bounds]
    lines = [[f"Average electricity cost assumption: {price} USD/kWh"] + [""] * 7, header]
    for date in dates:
        moment = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
        low, guess, high = (float(power) * scale for power in figures(date)[4:])
        gw = [high, low, guess]
        line = [int(moment.timestamp()), moment.strftime("%Y-%m-%dT%H:%M:%S"), *gw]
        lines.append(line + [power * TWH_PER_GW_YEAR for power in gw])
    return table(lines)


def answer(host, path, query):
    """What the publishers answer; None if it is neither."""
    if (host, path) == COIN_METRICS:
        dates = days(*(dt.date.fromisoformat(query[end]) for end in ("start_time", "end_time")))
        return page([metrics(date) for date in dates])
    if (host, path) == CONSUMPTION:
        dates = days(dt.date(2026, 6, 1), dt.date(2026, 7, 27))
        return consumption([*PUBLISHED, *dates], query["price"])
    return MAP.encode() if (host, path) == MINING_MAP else None


MAY = [metrics(date) for date in PUBLISHED]
SAMPLES = {
    "coin-metrics/network": [
        page(MAY[:20], "assets=btc&frequency=1d&start_time=2021-05-01"),
        page([free_tier(row) for row in MAY[20:]]),
        page([metrics(dt.date(2026, 6, 1), IssTotNtv=None)]),
    ],
    "cbeci/consumption": [consumption(PUBLISHED)],
    "cbeci/mining-map": [MAP.encode()],
}
