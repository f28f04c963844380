using System.Security.Cryptography;
using System.Text;

namespace Drover.LocalHost.Tests;

public sealed class KeyCommandTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Key_AName_PrintsAKeyAndTheSettingOfItsHash()
    {
        using var folder = new TestFolder();
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, null, ["key", "alice"]);

        Assert.Equal(0, await drover.EndAsync());
        var words = drover.Output.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["key", words[1], "setting", $"Drover__Keys__alice={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words[1])))}"],
            words);
    }

    [Theory]
    [InlineData("key", "a b")]
    [InlineData("serve", "--listen", "everywhere")]
    [InlineData("serve", "--port", "70000")]
    [InlineData("probe", "--streams", "0")]
    [InlineData("run", "--concurrency", "1,000", "in.jsonl")]
    [InlineData("run", "--rpm", "-5", "in.jsonl")]
    [InlineData("serve", "--listen", "0.0.0.0", "--port", "0")]
    public async Task Arguments_ThatWouldNotDo_AreRefusedWithTheReason(params string[] arguments)
    {
        using var folder = new TestFolder();
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, new Uri("http://127.0.0.1:1/v1"), arguments);

        Assert.Equal(64, await drover.EndAsync());
        Assert.DoesNotContain("System.", drover.Errors, StringComparison.Ordinal);
        Assert.Contains(arguments[0] == "key" ? "'a b'" : arguments[2], drover.Errors, StringComparison.Ordinal);
    }
}
