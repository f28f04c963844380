using System.Text.Json.Serialization;

namespace Drover.Throttling;

/// <summary>How far the upstream's refusals have brought the rate below what is configured: the arithmetic alone.</summary>
/// <remarks>
/// <para>
/// More than three 429s in a row: four fifths of the rate. Every <see cref="Hold"/> without one: a tenth more, back to the
/// limit. "In a row" means without <see cref="CleanStretch"/> other answers in between, so that a rate of which every
/// twentieth call is refused falls as well. Calls that were launched before a cut say nothing about the rate after it.
/// </para>
/// <para>
/// The rate that failed is remembered as a ceiling: raising stops just below it, and goes beyond only after a minute, after
/// two when that failed too, and so on to an hour. What a limit is when it is not the one configured is so found in seconds
/// and asked for again seldom. (Additive increase and multiplicative decrease alone would meet the limit every few steps.)
/// </para>
/// </remarks>
internal sealed record Adaptation
{
    public const int MostRefusals = 3;
    public const int CleanStretch = 100;

    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan FirstProbe = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LongestProbe = TimeSpan.FromHours(1);

    // A rate a little too high shows only when the upstream's bucket has run dry.
    private static readonly TimeSpan ProbeProves = TimeSpan.FromSeconds(30);

    private const double Cut = 0.8;
    private const double Step = 1.1;
    private const double BelowCeiling = 0.95;

    /// <summary>The part of the limit that may be used.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Counts the cuts; answers to calls of an earlier generation do not count.</summary>
    public int Generation { get; init; }

    /// <summary>
    /// The requests per minute that <see cref="Factor"/> is a part of where none are configured: those that were measured when refusals
    /// began.
    /// </summary>
    public double Measured { get; init; }

    /// <summary>The 429s in a row.</summary>
    public int Refusals { get; init; }

    /// <summary>The other answers since the last 429 or change.</summary>
    public int Streak { get; init; }

    /// <summary>The factor that failed; 0 when none has.</summary>
    public double Ceiling { get; init; }

    public DateTimeOffset ChangedAt { get; init; }

    public DateTimeOffset FailedAt { get; init; }

    public DateTimeOffset ProbedAt { get; init; }

    /// <summary>How long after a failure the ceiling is tried again.</summary>
    public TimeSpan ProbeAfter { get; init; } = FirstProbe;

    /// <summary>Whether the rate is other than configured.</summary>
    [JsonIgnore]
    public bool IsAdapted => Factor < 1 || Measured > 0;

    /// <summary>Takes answers into account.</summary>
    /// <param name="answers">What came since the last time.</param>
    /// <param name="measured">The requests per minute of all processes now; 0 where a rate is configured.</param>
    public Adaptation Learn(Answers answers, double measured, DateTimeOffset now)
    {
        if (answers.Generation != Generation)
        {
            return this;
        }

        var refusals = Refusals + answers.Refused;
        var streak = answers.Refused > 0 ? answers.Passed : Streak + answers.Passed;
        if (refusals > MostRefusals)
        {
            return Lower(measured, now);
        }

        var learned = this with { Refusals = streak >= CleanStretch ? 0 : refusals, Streak = streak };
        return IsAdapted && refusals == 0 && streak > 0 && now - ChangedAt >= Hold ? learned.Raise(now) : learned;
    }

    private Adaptation Lower(double measured, DateTimeOffset now)
    {
        var probing = Ceiling > 0 && Factor > Ceiling && now - ProbedAt < ProbeProves;
        return this with
        {
            Measured = Measured > 0 ? Measured : measured,
            Factor = Factor * Cut,
            Generation = Generation + 1,
            Refusals = 0,
            Streak = 0,
            Ceiling = probing ? Ceiling : Factor,
            ProbeAfter = !probing ? FirstProbe : ProbeAfter * 2 < LongestProbe ? ProbeAfter * 2 : LongestProbe,
            ChangedAt = now,
            FailedAt = now,
        };
    }

    private Adaptation Raise(DateTimeOffset now)
    {
        var next = Measured > 0 ? Factor * Step : Math.Min(1, Factor * Step);
        if (Ceiling > Factor && next > Ceiling * (1 + BelowCeiling) / 2)
        {
            if (now - FailedAt >= ProbeAfter)
            {
                return this with { Factor = next, ChangedAt = now, ProbedAt = now, Streak = 0 };
            }

            next = Math.Max(Factor, Ceiling * BelowCeiling);
        }

        return next == Factor ? this
            // Twice what was refused once: no limit any more.
            : Measured > 0 && next > 2 ? new Adaptation { Generation = Generation, ChangedAt = now }
            : this with { Factor = next, ChangedAt = now, Streak = 0 };
    }
}
