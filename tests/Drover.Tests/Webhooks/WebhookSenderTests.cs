using System.Globalization;
using System.Text;
using Drover.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Webhooks;

public sealed class WebhookSenderTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void Of_ExampleOfTheStandard_GivesItsSignature() =>
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Of(
                Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), "{\"test\": 2432232314}"u8));

    [Theory]
    [InlineData(Secret, true)]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false)]
    [InlineData("whsec_", false)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa", false)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS?", false)]
    public void IsSecret_AnyText_IsJudgedByItsForm(string secret, bool isSecret) =>
        Assert.Equal(isSecret, WebhookSignature.IsSecret(secret));

    [Fact]
    public async Task SendAsync_RefusedAtFirst_IsSentAgainUnderTheSameIdAndSigned()
    {
        await using var receiver = await WebhookReceiver.StartAsync(refusals: 2);
        var time = new ManualTime();
        using var sender = new WebhookSender(time, NullLogger<WebhookSender>.Instance);

        var sent = sender.SendAsync(receiver.Url, Secret, "id-1", "{\"a\":1}"u8.ToArray(), default);
        await AdvanceUntilAsync(time, sent);

        Assert.True(await sent);
        Assert.Equal(3, receiver.Messages.Count);
        Assert.All(receiver.Messages, message =>
        {
            Assert.Equal(("id-1", "{\"a\":1}"), (message.Id, message.Body));
            var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(message.Timestamp, CultureInfo.InvariantCulture));
            Assert.Equal(WebhookSignature.Of(Secret, message.Id, at, Encoding.UTF8.GetBytes(message.Body)), message.Signature);
        });
    }

    [Fact]
    public async Task SendAsync_NobodyTakesIt_IsFalseAfterFourTries()
    {
        await using var receiver = await WebhookReceiver.StartAsync(refusals: 100);
        var time = new ManualTime();
        using var sender = new WebhookSender(time, NullLogger<WebhookSender>.Instance);

        var sent = sender.SendAsync(receiver.Url, Secret, "id-1", "{}"u8.ToArray(), default);
        await AdvanceUntilAsync(time, sent);

        Assert.False(await sent);
        Assert.Equal(4, receiver.Messages.Count);
    }

    private static Task AdvanceUntilAsync(ManualTime time, Task task) => Eventually.TrueAsync(() =>
    {
        if (time.Due.Count > 0)
        {
            time.Advance(TimeSpan.FromMinutes(1));
        }

        return task.IsCompleted;
    });
}
