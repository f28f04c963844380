using System.Text.Json;

namespace Drover.OpenAI;

/// <summary>Reads from an answer's JSON the few members that Drover needs, without building a document.</summary>
internal static class ReplyReader
{
    /// <summary>Reads the whole of <paramref name="json"/>, so that what is not JSON is found.</summary>
    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public static Reply Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var reply = default(Reply);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            reply = ReadObject(ref reader);
        }
        else
        {
            reader.Skip();
        }

        while (reader.Read())
        {
            // Reads to the end, so that text after the value throws.
        }

        return reply;
    }

    private static Reply ReadObject(ref Utf8JsonReader reader)
    {
        var reply = new Reply { IsObject = true };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reply = reply with { Model = ReadString(ref reader) };
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reply = reply with { Usage = UsageReader.Read(ref reader) };
            }
            else if (reader.ValueTextEquals("choices"u8))
            {
                ReadChoices(ref reader, ref reply);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reply = reply with { HasError = ReadSaysSomething(ref reader) || reply.HasError };
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                reply = reply with { Status = ReadString(ref reader) };
            }
            else if (reader.ValueTextEquals("output"u8))
            {
                reply = reply with { HasOutput = ReadCount(ref reader) >= 0 };
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reply = reply with { HasData = ReadCount(ref reader) > 0 };
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return reply;
    }

    private static void ReadChoices(ref Utf8JsonReader reader, ref Reply reply)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            reply = reply with { Choices = reply.Choices + 1 };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("finish_reason"u8))
                {
                    var reason = ReadString(ref reader);
                    var isError = reason == "error";
                    reply = reply with
                    {
                        FinishReason = isError ? reason : reply.FinishReason ?? reason,
                        HasError = reply.HasError || isError,
                    };
                }
                else if (reader.ValueTextEquals("error"u8))
                {
                    reply = reply with { HasError = ReadSaysSomething(ref reader) || reply.HasError };
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }
        }
    }

    // null, false, "" and {} are ways of saying that there is no error.
    private static bool ReadSaysSomething(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return !reader.ValueTextEquals(""u8);
            case JsonTokenType.True:
                return true;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var depth = reader.CurrentDepth;
                var count = 0;
                while (reader.Read() && reader.CurrentDepth > depth)
                {
                    count++;
                }

                return count > 0;
            default:
                return false;
        }
    }

    /// <returns>How many elements a list has; -1: it is none.</returns>
    private static int ReadCount(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return -1;
        }

        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            reader.Skip();
        }

        return count;
    }

    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.String)
        {
            try
            {
                return reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return null; // It holds half of a surrogate pair.
            }
        }

        reader.Skip();
        return null;
    }
}
