using Drover.Throttling;

namespace Drover.Tests.Throttling;

/// <summary>What holds for several processes on one document, whatever the interleaving.</summary>
public sealed class WorldTests(ITestOutputHelper output)
{
    public static TheoryData<int, int> Crowds()
    {
        var data = new TheoryData<int, int>();
        foreach (var rate in new[] { 60, 300, 600, 6_000, 60_000 })
        {
            foreach (var processes in new[] { 1, 2, 4, 7 })
            {
                data.Add(rate, processes);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Crowds))]
    public void Rate_SeveralProcesses_IsFilledAndNeverOverrun(int rate, int processes)
    {
        var world = new World(rate + processes, new ThrottleLimits { Concurrency = 500, RequestsPerMinute = rate }, rate);
        var members = Add(world, processes);

        world.Run(5);
        var before = world.Accepted;
        world.Run(60);

        Report(world, members);
        Assert.Equal(0, world.Refused);
        Assert.InRange(world.Accepted - before, rate * 0.97, rate + 1);
        if (rate >= 600)
        {
            Assert.All(members, m => Assert.InRange(m.Launched, world.Accepted / processes * 0.6, world.Accepted / processes * 1.5));
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(4, 3)]
    public void Rate_OneProcessDies_OthersTakeItsPartAtOnce(int processes, int seed)
    {
        var world = new World(seed, new ThrottleLimits { Concurrency = 100, RequestsPerMinute = 6_000 }, 6_000);
        var members = Add(world, processes);
        world.Run(10);

        members[0].IsAlive = false;
        world.Run(10);

        Report(world, members);
        Assert.Equal(0, world.Refused);
        Assert.InRange(world.AcceptedIn(10, 12), 150, 202);
        Assert.InRange(world.AcceptedIn(12, 20), 97 * 8, 101 * 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Rate_StorageAndTimersAreSlowAndProcessesComeAndGo_IsNeverOverrun(int seed)
    {
        var random = new Random(seed);
        var world = new World(seed, new ThrottleLimits { Concurrency = 60, RequestsPerMinute = 3_000 }, 3_000)
        {
            Latency = r => r.Next(5, 800),
            StorageTime = r => r.Next(20) == 0 ? r.Next(500, 6_000) : r.Next(2, 150),
            Lateness = r => r.Next(30) == 0 ? r.Next(3_000) : r.Next(20),
        };

        for (var i = 0; i < 12; i++)
        {
            var member = world.Add();
            member.IsAlive = true;
            var (every, until) = (random.Next(1, 4), random.Next(world.Now, world.Now + 60_000));
            member.Wants = now => now < until && now / 1000 % every == 0;
            world.Run(random.NextDouble() * 8);
            member.IsAlive = random.Next(3) > 0;
        }

        Report(world, []);
        Assert.Equal(0, world.Refused);
        Assert.InRange(world.MostHeld, 1, 60);
        Assert.InRange(world.MostInFlight, 1, 60);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    public void Concurrency_SeveralProcessesThatWantAll_IsUsedFairlyAndNeverPassed(int processes, int seed)
    {
        var world = new World(seed, new ThrottleLimits { Concurrency = 40 }, 1e9) { Latency = r => r.Next(50, 400) };
        var first = world.Add();
        world.Run(3);
        Assert.Equal(40, world.MostInFlight);

        var members = Add(world, processes - 1).Prepend(first).ToList();
        world.Run(6);

        Report(world, members);
        Assert.InRange(world.MostInFlight, 40, 40);
        Assert.Equal(40, world.MostHeld);
        Assert.All(members, m => Assert.InRange(m.Share.Cap, 40 / processes, (40 / processes) + 1));
        var before = world.Accepted;
        world.Run(10);
        Assert.InRange(world.Accepted - before, 40 * 10 / 0.225 * 0.95, 40 * 10 / 0.225 * 1.05);
    }

    [Fact]
    public void Concurrency_OneProcessDies_OthersHaveItsShareWhenItExpires()
    {
        var world = new World(5, new ThrottleLimits { Concurrency = 40 }, 1e9);
        var members = Add(world, 2);
        world.Run(5);

        members[0].IsAlive = false;
        world.Run(7);
        Assert.Equal(20, members[1].Share.Cap);
        world.Run(2.5);

        Assert.Equal(40, members[1].Share.Cap);
        Assert.InRange(world.MostHeld, 40, 40);
    }

    [Fact]
    public void Concurrency_OneProcessFallsIdle_OthersHaveItsShareSoon()
    {
        var world = new World(6, new ThrottleLimits { Concurrency = 40 }, 1e9);
        var members = Add(world, 2);
        members[0].Wants = now => now < 5_000;
        world.Run(8.5);

        Assert.Equal(40, members[1].Share.Cap);
        Assert.Single(world.Document.Holders);
        Assert.Equal(40, world.MostInFlight);
    }

    [Theory]
    [InlineData(6_000, 0.5, 1)]
    [InlineData(6_000, 0.5, 4)]
    [InlineData(6_000, 0.62, 2)]
    [InlineData(6_000, 0.35, 2)]
    [InlineData(6_000, 0.9, 4)]
    [InlineData(30_000, 0.5, 2)]
    [InlineData(3_000, 0.7, 1)]
    public void Rate_LimitIsSecretlyLower_SettlesNearItAndWastesLittle(int rate, double part, int processes)
    {
        var world = new World(rate + processes, new ThrottleLimits { Concurrency = 500, RequestsPerMinute = rate }, rate * part);
        var members = Add(world, processes);

        world.Run(60);
        Report(world, members);
        var wasted = world.Refused / (double)(world.Accepted + world.Refused);
        world.Run(60);

        output.WriteLine(
            $"wasted {wasted:0.00%}, factor {world.Document.Adaptation.Factor:0.000}, ceiling {world.Document.Adaptation.Ceiling:0.000}");
        Assert.InRange(wasted, 0, 0.03);
        Assert.InRange(world.AcceptedIn(30, 60), rate * part / 2 * 0.88, rate * part / 2 * 1.02);
        Assert.InRange(world.AcceptedIn(60, 120), rate * part * 0.9, rate * part * 1.02);
    }

    [Fact]
    public void Rate_NoneConfiguredAndOneThere_IsFound()
    {
        var world = new World(9, new ThrottleLimits { Concurrency = 20 }, 6_000);
        var members = Add(world, 2);

        world.Run(120);

        Report(world, members);
        output.WriteLine($"measured {world.Document.Adaptation.Measured:0}, factor {world.Document.Adaptation.Factor:0.000}");
        Assert.InRange(world.AcceptedIn(30, 120), 150 * 60 * 0.85, 150 * 60 * 1.02);
        Assert.InRange(world.Refused / (double)world.Accepted, 0, 0.03);
    }

    [Fact]
    public void Rate_LimitIsLowerForAWhile_ComesBack()
    {
        var world = new World(10, new ThrottleLimits { Concurrency = 500, RequestsPerMinute = 6_000 }, 6_000);
        Add(world, 2);
        world.Run(5);
        world.SetLimit(3_000);
        world.Run(20);
        world.SetLimit(6_000);
        world.Run(150);

        Report(world, []);
        Assert.Equal(1, world.Document.Adaptation.Factor);
        Assert.InRange(world.AcceptedIn(165, 175), 970, 1_000);
    }

    [Theory]
    [InlineData(600_000, 1)]
    [InlineData(600_000, 3)]
    [InlineData(60_000, 1)]
    [InlineData(6_000_000, 4)]
    public void Tokens_EstimatesAreOut_TheTrueCountFillsTheRate(int perMinute, int processes)
    {
        var world = new World(perMinute + processes, new ThrottleLimits { Concurrency = 500, TokensPerMinute = perMinute }, perMinute)
        {
            Tokens = r =>
            {
                var estimate = r.Next(50, 250);
                return (estimate, (long)(estimate * (2 + (r.NextDouble() - 0.5) * 0.6))); // Out by a factor of two, and by chance.
            },
        };
        var members = Add(world, processes);

        world.Run(10);
        var before = world.TokensUsed;
        world.Run(60);

        Report(world, members);
        output.WriteLine($"tokens {world.TokensUsed - before} of {perMinute}");
        Assert.InRange(world.TokensUsed - before, perMinute * 0.93, perMinute * 1.01);
        Assert.InRange(world.Refused / (double)(world.Accepted + world.Refused), 0, 0.03);
    }

    [Theory]
    [InlineData(60_000, 3)]
    [InlineData(60_000, 1)]
    public void Tokens_CallsAreLargeBesideTheRate_FillItAllTheSame(int perMinute, int processes)
    {
        var world = new World(perMinute + processes, new ThrottleLimits { Concurrency = 500, TokensPerMinute = perMinute }, perMinute)
        {
            Tokens = r => (300 + r.Next(200), 0) is var (estimate, _)
                ? (estimate, (long)(estimate * (0.95 + (r.NextDouble() * 0.1))))
                : default,
        };
        var members = Add(world, processes);

        world.Run(100);

        Report(world, members);
        output.WriteLine($"tokens {world.TokensUsed} of {perMinute / 60 * 100}");
        Assert.InRange(world.TokensUsed, perMinute / 0.6 * 0.85, perMinute / 0.6 * 1.01);
        Assert.InRange(world.Refused / (double)(world.Accepted + world.Refused), 0, 0.05);
    }

    private static List<World.Member> Add(World world, int processes) => [.. Enumerable.Range(0, processes).Select(_ => world.Add())];

    private void Report(World world, IEnumerable<World.Member> members) => output.WriteLine(
        $"accepted {world.Accepted}, refused {world.Refused}, most in flight {world.MostInFlight}, held {world.MostHeld}, exchanges {world.Exchanges} in {world.Now} ms; "
        + $"{string.Join(' ', members.Select(m => m.Launched))}; {string.Join(' ', world.Seconds.Select(s => s.Value.Refused > 0 ? $"{s.Value.Accepted}/{s.Value.Refused}" : $"{s.Value.Accepted}"))}");
}
