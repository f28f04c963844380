namespace DurableTask.Sqlite;

/// <summary>The database file cannot be used; the message names the file and what to do.</summary>
public sealed class DurableStoreException(string message, Exception? innerException = null) : Exception(message, innerException);
