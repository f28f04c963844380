using Drover.Recipes.Schemas;

namespace Drover.Tests.Recipes.Schemas;

public sealed class SchemaFormatsTests
{
    [Theory]
    [InlineData("date", "2024-02-29 1999-12-31", "2023-02-29 24-02-29 2024-2-9 2024-13-01 2024/01/01")]
    [InlineData(
        "time", "00:00:00Z 23:59:60Z 15:59:60-08:00 12:00:00.123456789z 12:00:00+23:59",
        "24:00:00Z 12:00Z 12:00:00 12:60:00Z 12:00:60Z 12:00:00+24:00 12:00:00+0100")]
    [InlineData(
        "date-time", "2024-01-01T00:00:00Z 2024-01-01t00:00:00.5+01:00",
        "2024-01-01 2024-01-01T00:00:00 2024-02-30T00:00:00Z 2024-01-01_00:00:00Z T")]
    [InlineData("duration", "P1D PT1S P1Y2M3DT4H5M6S P2W P1Y3D PT36H", "P PT P1DT 1D P1S P1W1D PT1.5S P-1D p1d")]
    [InlineData("email", "me@example.com a.b+c@d-e.org o'neil@localhost", "me me@ @example.com a..b@c.de .a@b.cd a@b@c.de a@-b.cd ")]
    [InlineData("hostname", "localhost a.b-c.d 127.0.0.1 xn--4gbwdl.xn--wgbh1c", "-a a- a_b a. .a a..b ")]
    [InlineData("ipv4", "0.0.0.0 255.255.255.255 1.2.3.4", "256.0.0.1 1.2.3 01.2.3.4 1.2.3.4.5 1.2.3.4/8 ٣.1.1.1")]
    [InlineData("ipv6", ":: ::1 2001:db8::8a2e:370:7334 ::ffff:1.2.3.4", "1.2.3.4 ::1%eth0 [::1] 1::2::3 12345:: :1 fe80::/10")]
    [InlineData("uri", "http://a.b/c?d=e#f mailto:a@b.cd urn:isbn:0 ftp://[::1]/x%20y", "a/b //a.b http://a{b} ://a http://a/%zz #x")]
    [InlineData(
        "uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380 2EB8AA08-AA98-11EA-B4AA-73B441D16380",
        "2eb8aa08aa9811eab4aa73b441d16380 2eb8aa08-aa98-11ea-b4aa-73b441d1638 {2eb8aa08-aa98-11ea-b4aa-73b441d16380}")]
    public void IsOf_ATextOfEachFormat_IsToldFromOneThatIsNot(string format, string good, string bad)
    {
        Assert.Equal([], good.Split(' ').Where(text => !SchemaFormats.IsOf(format, text)));
        Assert.Equal([], bad.Split(' ').Where(text => SchemaFormats.IsOf(format, text) || SchemaFormats.IsOf(format, text + "\n")));
        Assert.Equal([], good.Split(' ').Where(text => SchemaFormats.IsOf(format, text + "\n")));
    }

    [Fact]
    public void Has_AFormatOfNobody_IsNotChecked() => Assert.False(SchemaFormats.Has("binary"));
}
