using Microsoft.Data.Sqlite;

namespace Drover.LocalRuntime.Tests.Hosting;

/// <summary>A data folder of the version before the Durable Task Framework.</summary>
public sealed class EarlierHistoryTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("drover-earlier-");

    private string Database => Path.Combine(_data.FullName, "durable.db");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Start_FileOfTheEarlierEngine_WhatHadNotEndedBeginsAgainAndTheFileIsKept()
    {
        MakeEarlier(Database);

        await using (var host = await StartAsync())
        {
            var client = (DurableTaskClient)host.Services.GetService(typeof(DurableTaskClient))!;
            var end = await client.WaitForInstanceCompletionAsync("running", true, CancellationToken.None).WithinPatience();

            Assert.Equal("RAN 7", end.ReadOutputAs<string>());
            Assert.Null(await client.GetInstanceAsync("ended", CancellationToken.None));
            Assert.Null(await client.GetInstanceAsync("child", CancellationToken.None));
        }

        Assert.True(File.Exists(Database + ".earlier"));
        Assert.False(File.Exists(Database + ".taking"));
    }

    [Fact]
    public async Task Start_CrashedInTheMiddleOfTakingOver_GoesOnWithIt()
    {
        MakeEarlier(Database);
        SqliteConnection.ClearAllPools();
        File.Move(Database, Database + ".taking");

        await using var host = await StartAsync();
        var client = (DurableTaskClient)host.Services.GetService(typeof(DurableTaskClient))!;

        Assert.Equal(
            "RAN 7",
            (await client.WaitForInstanceCompletionAsync("running", true, CancellationToken.None).WithinPatience()).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Client_FileOfTheEarlierEngine_SaysWhatToDo()
    {
        MakeEarlier(Database);

        var e = await Assert.ThrowsAsync<LocalRuntimeException>(() => StartAsync(runTriggers: false));

        Assert.Contains($"'{Database}' is of an earlier version", e.Message);
    }

    private static void MakeEarlier(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            PRAGMA journal_mode = WAL;
            CREATE TABLE instances (
              id TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, status INTEGER NOT NULL,
              execution INTEGER NOT NULL, since INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
              input TEXT, output TEXT, custom_status TEXT, failure TEXT, tags TEXT,
              parent TEXT, parent_name TEXT, parent_execution INTEGER, parent_task INTEGER);
            PRAGMA application_id = 1146246738;
            PRAGMA user_version = 1;
            INSERT INTO instances VALUES
              ('running', 'Shout', '', 0, 1, 1, 1, 1, '{"Word":"ran","Number":7}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
              ('ended', 'Shout', '', 1, 2, 2, 2, 2, '{"Word":"no","Number":1}', '"x"', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
              ('child', 'Shout', '', 0, 3, 3, 3, 3, '{"Word":"no","Number":2}', NULL, NULL, NULL, NULL, 'running', 'Shout', 1, 0);
            """;
        command.ExecuteNonQuery();
    }

    private Task<TestHost> StartAsync(bool runTriggers = true) => TestHost.StartAsync(new TestHostOptions
    {
        Functions = [typeof(Functions)],
        DataPath = _data.FullName,
        RunTriggers = runTriggers,
    });

    public sealed record Said(string Word, int Number);

    public sealed class Functions
    {
        [Function("Shout")]
        public static Task<string> Shout([OrchestrationTrigger] TaskOrchestrationContext context, Said said) =>
            context.CallActivityAsync<string>(nameof(Upper), said);

        [Function(nameof(Upper))]
        public string Upper([ActivityTrigger] Said said) => $"{said.Word.ToUpperInvariant()} {said.Number}";
    }
}
