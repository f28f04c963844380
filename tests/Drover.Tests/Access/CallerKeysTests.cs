using Drover.Access;

namespace Drover.Tests.Access;

public sealed class CallerKeysTests
{
    [Fact]
    public void NameOf_AKeyThatWasMade_IsItsName()
    {
        var (alice, bob) = (CallerKeys.New(), CallerKeys.New());
        var keys = new CallerKeys([new("alice", alice.Hash), new("bob", bob.Hash.ToUpperInvariant())]);

        Assert.True(keys.IsSet);
        Assert.Equal("alice", keys.NameOf($"Bearer {alice.Key}"));
        Assert.Equal("bob", keys.NameOf($"bearer  {bob.Key} "));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer ")]
    [InlineData("Bearer sk-other")]
    [InlineData("Basic sk-mine")]
    public void NameOf_AnythingElse_IsNull(string? authorization)
    {
        var (_, hash) = CallerKeys.New();

        Assert.Null(new CallerKeys([new("alice", hash)]).NameOf(authorization));
        Assert.Null(new CallerKeys([]).NameOf(authorization));
    }

    [Fact]
    public void Faults_WhatIsNoHash_AreNamedWithoutTheValue() =>
        Assert.Equal(
            ["Drover:Keys:a is not the SHA-256 of a key: 64 hexadecimal digits. (Never the key itself; 'drover key' makes both.)"],
            CallerKeys.Faults([new("a", "sk-secret"), new("b", CallerKeys.New().Hash)]));
}
