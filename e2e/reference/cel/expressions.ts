/**
 * Expressions without variables, one a line: what the reference says of each (type, value, costs, errors) is in expressions.answers.json.
 */
const GROUPS: Readonly<Record<string, string>> = {
  numbers: String.raw`
    1 + 2 * 3 - 4 / 2 % 3
    -7 / 2
    -7 % 2
    7 / 0
    7 % 0
    {null: 1}[null]
    dyn({})[b"a"]
    dyn([1])[[1]]
    dyn({})[{}]
    dyn({})[int]
    dyn({'a': 1})[dyn(null)]
    7u - 8u
    18446744073709551615u + 1u
    9223372036854775807 + 1
    -9223372036854775808 - 1
    -(-9223372036854775808)
    9223372036854775807 * 2
    -9223372036854775808 / -1
    0x7fffffffffffffff
    0xffu + 1u
    1.5 + 2.5e3 * .5
    1.0 / 0.0
    -1.0 / 0.0
    0.1 + 0.2
    1 == 1.0
    dyn(1) == dyn(1.0)
    dyn(1) == dyn(1u)
    dyn(9223372036854775807) == dyn(9223372036854775807.0)
    1 < 1.5
    2u > 1
    1u <= -1
    9007199254740993 > 9007199254740992.0
    double("NaN") < 1.0
    double("NaN") == double("NaN")
    dyn(1) + dyn("a")
    dyn(true) + 1
    --1
    - -1
    -dyn("a")
    1 in [1, 2u, 3.0]
    dyn(1) in [1.0, 2.0]
    1 in {1: 2}
    dyn(2.0) in {2: 3}
    {1: "a", 2: "b"}[2]
    {1: "a"}[3]
    {1u: "a"}[1u]
    {dyn(1): "a"}[dyn(1.0)]
    [1, 2][dyn(1.0)]
    [1, 2][dyn(1.5)]
    [1, 2][dyn("a")]
    [1, 2][2]
    [1, 2][-1]`,
  texts: String.raw`
    "a" + 'b' + """c'd""" + r'\n' + '''e"f'''
    "\a\b\f\n\r\t\v\\\"\'\?\x41\u00e4\U0001F600\101"
    b"\xff\u00e4"
    b"\xff\377abc"
    size("äöü😀")
    size(b"äöü")
    "😀" < "\uffff"
    "abc" < "abd" && b"a" < b"b" && false < true
    "abc".contains("b") && "abc".startsWith("ab") && "abc".endsWith("bc")
    dyn(1).contains("a")
    "abc".matches("^a.c$")
    "abc".matches("b") && matches("abc", "[a-c]+")
    "aaa".matches(dyn("("))
    "aaa".matches("(a+)+$")
    "tacocat".charAt(3)
    "tacocat".charAt(7) + "|"
    "tacocat".charAt(8)
    "tacocat".indexOf("a")
    "tacocat".indexOf("a", 2)
    "tacocat".indexOf("", 3)
    "tacocat".indexOf("a", -1)
    "tacocat".indexOf("x", 99)
    "tacocat".lastIndexOf("a")
    "tacocat".lastIndexOf("a", 4)
    "tacocat".lastIndexOf("", 9)
    "ta©o©αT".indexOf("©", 3)
    "ta©o©αT".lastIndexOf("©")
    "ta©o©αT".substring(2, 5)
    "hello".substring(2)
    "hello".substring(3, 2)
    "hello".substring(0, 9)
    "ÄbC".lowerAscii() + "äBc".upperAscii()
    "  \u00a0 a b \t\n".trim()
    "hello hello".replace("he", "we")
    "hello hello".replace("he", "we", 1)
    "hello".replace("", "_")
    "hello".replace("", "_", 2)
    "hello".replace("l", "$&")
    "a,b,c".split(",").size() == 3 && "a,b,c".split(",", 2)[1] == "b,c"
    "äö".split("").size()
    "a".split(",", 0).size()
    ["x", "y"].join() + ["x", "y"].join("-")
    dyn(["x", 1]).join()
    strings.quote("first\nsecond \"x\" \\")
    "%s %d %f %.1f %e %x %X %b %o %%".format(["a", 1, 1.5, 0.25, 1234.5, 255, "hi", 5, 8])
    "%s".format([[1, "a", null, 2.5, true, b"x", duration("90s"), timestamp("2020-01-01T00:00:00Z"), type(1)]])
    "%s".format([{"b": 1, "a": [1.5]}])
    "%f %f".format([1234567.891, 1.0 / 0.0])
    "%.3f".format([2.0005])
    "%d".format(["a"])
    "%d %d".format([1])
    "%d".format([1, 2])
    "%q".format([1])
    "%.".format([1])
    "%s".format([dyn(optional.none())])
    "abc 123 def 456".find("[0-9]+")
    "abc 123 def 456".findAll("[0-9]+")[1]
    "abc 123 def 456".findAll("[0-9]+", 1).size()
    "abc".findAll("x*").size()
    "abc".find("x")
    "abc".find(dyn("("))
    "x".reverse()`,
  logic: String.raw`
    true || 1 / 0 > 0
    1 / 0 > 0 || true
    false && 1 / 0 > 0
    1 / 0 > 0 && false
    1 / 0 > 0 && true
    dyn(1) || true
    dyn("a") && true
    !dyn(1)
    !!true
    true ? 1 : 1 / 0
    false ? 1 / 0 : 2
    dyn(1) ? 1 : 2
    true ? 1 : "a"
    true && false || true && !false && (1 < 2) || false
    null == null && dyn(1) != null
    [1, [2]] == [1.0, [2u]]
    [1, 2] != [2, 1]
    {"a": 1} == {"a": 1}
    {"a": [1, {"b": 2}]} == {"a": [1, {"b": 2}]}
    b"a" == b"a"
    duration("1h") == duration("60m")
    type(1) == int && type("a") == string && type([]) == list && type({}) == map && type(null) == null_type
    type(type(1)) == type
    type(1u) == uint && type(1.0) == double && type(b"") == bytes && type(true) == bool
    type(duration("1s")) == google.protobuf.Duration
    type(timestamp(0)) == google.protobuf.Timestamp
    type(optional.of(1)) == optional_type`,
  conversions: String.raw`
    int("42") + int(4.9) + int(7u) + int(duration("5ns")) + int(timestamp("1970-01-01T00:00:09Z"))
    int("x")
    int("+5")
    int(" 5")
    int(1e19)
    int(-1.0e300)
    uint("5") + uint(3.7) + uint(2)
    uint(-1)
    uint(-0.5)
    double("1.5") + double(1) + double(2u)
    double("1e999")
    double("x")
    double("-Infinity")
    string(1) + string(1u) + string(1.5) + string(true) + string(b"a") + string("b")
    string(1e21) + string(1e-7) + string(100000.0) + string(1000000.0) + string(123456789.0)
    string(b"\xff")
    string(duration("1h1m1.5s"))
    string(duration("-1ns"))
    string(timestamp("2020-01-02T03:04:05.678+02:00"))
    bool("true") && bool("1") && bool("T") && !bool("FALSE")
    bool("yes")
    bytes("äb") == b"\303\244b"
    dyn(bytes("a")).size()
    timestamp(1000000000)
    timestamp(253402300800)
    string(timestamp("2020-02-30T00:00:00Z"))
    timestamp(dyn("2020-13-01T00:00:00Z"))
    duration(dyn("1y"))
    string(dyn([1]))`,
  times: String.raw`
    timestamp("2020-01-02T03:04:05Z") + duration("1h") == timestamp("2020-01-02T04:04:05Z")
    duration("1h") + timestamp("2020-01-02T03:04:05Z") > timestamp("2020-01-02T03:04:05Z")
    timestamp("2020-01-02T03:04:05Z") - timestamp("2020-01-01T03:04:05Z") == duration("24h")
    string(timestamp("2020-01-02T03:04:05Z") - duration("1.000000001s"))
    timestamp("9999-12-31T23:59:59Z") + duration("1s")
    duration("2562047h47m16s") + duration("1h")
    -duration("1s") < duration("0")
    timestamp("2023-07-14T10:30:45.123Z").getFullYear() + timestamp("2023-07-14T10:30:45.123Z").getMonth()
    timestamp("2023-07-14T10:30:45.123Z").getDayOfYear() + timestamp("2023-07-14T10:30:45.123Z").getDate()
    timestamp("2023-07-14T10:30:45.123Z").getDayOfMonth() + timestamp("2023-07-14T10:30:45.123Z").getDayOfWeek()
    timestamp("2023-07-14T10:30:45.123Z").getHours() * 10000 + timestamp("2023-07-14T10:30:45.123Z").getMinutes()
    timestamp("2023-07-14T10:30:45.123Z").getSeconds() * 10000 + timestamp("2023-07-14T10:30:45.123Z").getMilliseconds()
    timestamp("2023-01-01T05:30:00Z").getDate("America/Los_Angeles") * 100 + timestamp("2023-01-01T05:30:00Z").getHours("-08:30")
    timestamp("2023-07-01T05:30:00Z").getHours("Asia/Kathmandu") * 100 + timestamp("2023-07-01T05:30:00Z").getMinutes("+05:45")
    timestamp("2023-01-01T05:30:00Z").getHours("Nowhere/At_All")
    timestamp("2023-01-01T05:30:00Z").getHours("a:b")
    duration("90m").getHours() + duration("90m").getMinutes() + duration("90m").getSeconds() + duration("1.5s").getMilliseconds()
    timestamp("2020-01-01T00:00:00+01:00").getHours()
    timestamp("0001-01-01T00:00:00Z").getFullYear()`,
  folds: String.raw`
    [1, 2, 3].all(x, x > 0) && [1, 2, 3].exists(x, x == 2) && [1, 2, 3].exists_one(x, x > 2)
    [1, 2, 3].all(x, x / 0 > 0)
    [0, 1].exists(x, 1 / x > 0)
    [1, 0].all(x, 1 / x > 5)
    [].all(x, x) || [].exists(x, x)
    [1, 2, 3].map(x, x * 2) == [2, 4, 6]
    [1, 2, 3].map(x, x > 1, x * 2) == [4, 6]
    [1, 2, 3].filter(x, x != 2) == [1, 3]
    {"a": 1, "b": 2}.all(k, k < "c") && {"a": 1}.map(k, k) == ["a"]
    [[1, 2], [3]].map(l, l.map(x, x + 1)) == [[2, 3], [4]]
    [1, 2].map(x, [3, 4].map(y, x * y)).size()
    [1, 2].all(i, v, i < v) && {"a": 1}.exists(k, v, k == "a" && v == 1)
    [1, 2].existsOne(i, v, v == 2) && [1, 2].exists_one(i, v, i == 0)
    [1, 2].transformList(i, v, i + v) == [1, 3]
    [1, 2].transformList(i, v, v > 1, i) == [1]
    {"a": 1}.transformMap(k, v, v + 1) == {"a": 2}
    {"a": 1, "b": 2}.transformMap(k, v, v > 1, k) == {"b": "b"}
    {"a": "x"}.transformMapEntry(k, v, {v: k}) == {"x": "a"}
    {"a": "x", "b": "x"}.transformMapEntry(k, v, {v: k}).size()
    1.all(x, x)
    dyn(1).all(x, x > 0)
    dyn(1).all(x, y, x > 0)
    [1, 2, 3].map(x, x, 1)
    [1].map(x, y)
    [1, 2, 3].sum() + [4, 5].max() + [6, 7].min()
    [].sum() == 0 && [1.5].sum() == 1.5 && [duration("1s")].sum() == duration("1s") && [1u].sum() == 1u
    [9223372036854775807, 1].sum()
    dyn([]).max()
    [1].filter(x, x > 1).min()
    ["a", "b"].isSorted() && ![2, 1].isSorted() && [1, 1].isSorted()
    ["a", "b", "a"].indexOf("a") + ["a", "b", "a"].lastIndexOf("a") + ["a"].indexOf("z")
    [1, 2].includes(1) && !"a".includes("b") && dyn(1).includes(1)
    [1, 2, 3, 4].slice(1, 3) == [2, 3]
    [1].slice(0, 2)
    [1].slice(-1, 0)
    [[1, 2], [3]].flatten() == [1, 2, 3]
    [[1, [2, [3]]]].flatten(2).size()
    [1].flatten(-1)
    [3, 1, 2].sort() == [1, 2, 3] && ["b", "a"].sort() == ["a", "b"]
    dyn([1, "a"]).sort()
    [{"n": "b"}, {"n": "a"}].sortBy(x, x.n)[0].n
    [3, 1].sortBy(x, -x) == [3, 1]
    lists.range(4) == [0, 1, 2, 3]
    lists.range(-1)
    lists.range(2000000).size()
    [1, 2, 3].reverse() == [3, 2, 1]
    [1, 2, 1, 1.0].distinct()
    [1, 2, 1].distinct() == [1, 2]
    [1, 2].first() == optional.of(1) && [1, 2].last().value() == 2 && [].first() == optional.none()
    sets.contains([1, 2, 3], [2, 3]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 2, 2], [2, 1])
    sets.contains([1], [2]) || sets.intersects([1], [2]) || sets.equivalent([1], [2])
    [1] + [2] + [] == [1, 2]
    lists.range(1500).all(x, lists.range(1500).all(y, x >= 0))`,
  optionals: String.raw`
    optional.of(1).value() + optional.none().orValue(2)
    optional.none().value()
    optional.of(null).value() == null
    optional.ofNonZeroValue(0).hasValue() || optional.ofNonZeroValue("").hasValue() || optional.ofNonZeroValue([]).hasValue()
    optional.ofNonZeroValue("a").hasValue() && optional.of(0).hasValue()
    optional.none().or(optional.of(1)).or(optional.of(2)).value()
    {"a": {"b": 1}}.?a.b == optional.of(1)
    {"a": {"b": 1}}.?a.?c.orValue(5)
    {"a": {"b": 1}}[?"x"].hasValue()
    [1, 2][?1].orValue(0) + [1, 2][?5].orValue(7)
    optional.of({"a": 1}).a
    optional.of([1, 2])[1]
    [?optional.of(1), ?optional.none(), 3] == [1, 3]
    {?"a": optional.of(1), ?"b": optional.none()} == {"a": 1}
    [?1]
    {?"a": 1}
    optional.of(2).optMap(x, x * 2).value()
    optional.none().optMap(x, x * 2).hasValue()
    optional.of(2).optFlatMap(x, x > 1 ? optional.of(x) : optional.none()).value()
    optional.of(1) == optional.of(1.0) && optional.of(1) != optional.none()
    [optional.of(1), optional.none()].unwrapOpt() == [1] && optional.unwrap([optional.of(2)]) == [2]
    has({"a": 1}.a) && !has({"a": 1}.b)
    has(optional.of({"a": 1}).a)
    has({"a": {}}.a.b.c)
    optional.of(1).orValue("a")
    dyn(1).orValue(2)`,
  values: String.raw`
    url("https://user:pw@Example.com:8080/a%20b/c?x=1&y=2&x=3#f").getScheme()
    url("https://user:pw@Example.com:8080/a%20b/c?x=1&y=2&x=3#f").getHost()
    url("https://[::1]:80/").getHostname() + url("https://[::1]:80/").getPort()
    url("https://a.b/ä b?q#f").getEscapedPath()
    url("https://a.b/p?x=1&y=a+b&x=%41").getQuery() == {"x": ["1", "A"], "y": ["a b"]}
    url("/path?q").getHost() + url("/path?q").getEscapedPath()
    url("a.b")
    url("https://a b/")
    url("https://a:b/")
    url("https://[::1")
    url("http://a/%zz")
    url(":a")
    url("")
    isURL("https://a.b") && !isURL("a b") && isURL("mailto:x@y")
    url("https://a.b/x") == url("https://a.b/x") && url("https://a.b/x") != url("https://a.b/y")
    quantity("1.5Gi").asInteger() + quantity("5k").asInteger()
    quantity("1500m").asInteger()
    quantity("1500m").isInteger() || isQuantity("x") || !isQuantity("1e3")
    quantity("1500m").asApproximateFloat()
    sign(quantity("-5")) + sign(quantity("0")) + sign(quantity("3Mi"))
    quantity("1k").isGreaterThan(quantity("999")) && quantity("1Mi").isLessThan(quantity("2M"))
    quantity("1k").compareTo(quantity("1000"))
    quantity("1k").add(quantity("1")).sub(5).add(7) == quantity("1003")
    quantity("1k") == quantity("1000") && quantity("1") != quantity("2")
    quantity("x")
    quantity("")
    ip("192.168.0.1").family() + ip("::1").family()
    ip("127.0.0.1").isLoopback() && ip("::").isUnspecified() && ip("169.254.1.1").isLinkLocalUnicast() && ip("224.0.0.1").isLinkLocalMulticast() && ip("8.8.8.8").isGlobalUnicast()
    string(ip("2001:DB8:0:0:0:0:0:1")) + string(cidr("10.1.2.3/16"))
    ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1")
    ip("1.2.3")
    ip("1.2.3.04")
    ip("1.2.3.256")
    ip("1.2.3.4.5")
    ip("::ffff:1.2.3.4")
    ip("fe80::1%eth0")
    ip("1::2::3")
    ip("12345::")
    ip("x")
    isIP("::1") && !isIP("1") && isCIDR("10.0.0.0/8") && !isCIDR("10.0.0.0")
    ip("::1") == ip("0:0::1") && ip("1.2.3.4") != ip("1.2.3.5")
    cidr("192.168.0.0/24").containsIP("192.168.0.9") && cidr("192.168.0.0/24").containsIP(ip("192.168.0.9")) && !cidr("192.168.0.0/24").containsIP("::1")
    cidr("192.168.0.0/16").containsCIDR("192.168.9.0/24") && !cidr("192.168.0.0/24").containsCIDR(cidr("192.168.0.0/16"))
    cidr("192.168.1.7/24").masked() == cidr("192.168.1.0/24") && cidr("192.168.1.7/24").ip() == ip("192.168.1.7")
    cidr("2001:db8::/32").prefixLength()
    cidr("1.2.3.4")
    cidr("1.2.3.4/33")
    cidr("1.2.3.4/08")
    cidr("x/8")
    cidr("1.2.3.0/24").containsIP("x")
    semver("1.2.3-rc.1+b").major() + semver("1.2.3").minor() + semver("1.2.3").patch()
    semver("1.2.3").isGreaterThan(semver("1.2.3-rc.1")) && semver("1.2.3-a.1").isLessThan(semver("1.2.3-a.b"))
    semver("1.0.0-alpha").compareTo(semver("1.0.0-alpha.1"))
    semver("1.2.3") == semver("1.2.3+x") && isSemver("1.2.3") && !isSemver("1.2") && isSemver("v1.02", true)
    semver("v01.02", true).minor()
    semver("1.2")
    semver("1.a.3")
    semver("01.2.3")
    semver("1.2.3-01")
    semver("")
    format.dns1123Label().validate("a-b") == optional.none()
    format.dns1123Label().validate("A_").value()[0]
    format.dns1123Subdomain().validate("a..b").value()[0]
    format.dns1035Label().validate("1a").hasValue() && !format.dns1035LabelPrefix().validate("a-").hasValue()
    format.qualifiedName().validate("a/b/c").value().size()
    format.labelValue().validate("-").value()[0]
    format.uri().validate("a b").value()[0]
    format.uuid().validate("x").value()[0] + format.byte().validate("x").value()[0] + format.date().validate("x").value()[0] + format.datetime().validate("x").value()[0]
    !format.uuid().validate("123e4567-e89b-12d3-a456-426614174000").hasValue() && !format.date().validate("2020-01-02").hasValue()
    !format.datetime().validate("2020-01-02T03:04:05Z").hasValue() && !format.byte().validate("YWJj").hasValue()
    format.named("dns1123Label").hasValue() && !format.named("x").hasValue()
    type(ip("1.2.3.4")) == net.IP && type(cidr("1.2.3.0/24")) == net.CIDR`,
  wrong: String.raw`
    x
    x.y.z
    f(1)
    1.f()
    "a".path("b")
    1 + "a"
    [1, "a"]
    {"a": 1, "b": "c"}
    {1: 1, "a": 1}
    "a" in "b"
    size(1)
    duration("1x")
    timestamp("x")
    "a".matches("(")
    has(1)
    [1].all(1, true)
    [1].all(x, 1)
    [1].map(x.y, x)
    [1, 2].exists(x, x, true)
    a.b{c: 1}
    int{}
    .x
    .int(1)
    namespace
    a.in
    in
    self.
    (1
    1)
    "a
    'a
    1 2
    a..b
    [1,,2]
    {1:}
    #
    &1
    1 = 1
    1 === 1
    1 &&
    || 1
    !
    -
    a[
    f(
    f(,)
    -9223372036854775809
    99999999999999999999
    18446744073709551616u
    1e999
    "\q"
    "\ud800"
    b"\u00e4"
    [1].all(x)
    if (true) { 1 }
    1 ? 2 : 3
    true ? 1
    ((((1))))
    a.?
    a[?1
    [?]`,
}

export const expressions: readonly (readonly [group: string, expression: string])[] = Object.entries(GROUPS).flatMap(([group, lines]) =>
  lines
    .trim()
    .split('\n')
    .map((line) => [group, line.trim()] as const),
)
