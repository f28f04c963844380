using System.Text.Json;
using Drover.Tokens;

namespace Drover.OpenAI;

/// <summary>Reads a <see cref="RequestShape"/> in one pass over the body.</summary>
/// <remarks>Longer than most: the JSON reader is a field, and cannot be shared by several types without being copied to and fro.</remarks>
internal ref struct RequestShapeReader(string url, ReadOnlySpan<byte> body, TokenCounter? counter)
{
    private const int TokensOfMessage = 4;
    private const int TokensOfImage = 765;
    private const int TokensOfSmallImage = 85;
    private const int TokensOfRecording = 1000;

    // What an API adds of its own, at the most, with room: gpt-oss has a preamble of some 70 tokens; tools bring a system
    // prompt of up to 530 (Anthropic's documentation of tool use, table of prices).
    private const int MostTemplateTokens = 128;
    private const int MostToolTokens = 600;

    private readonly int _length = body.Length;
    private readonly ReadOnlySpan<byte> _body = body;
    private readonly TokenCounter? _counter = counter;
    private readonly bool _isEmbedding = url == "/v1/embeddings";
    private readonly bool _isResponse = url == "/v1/responses";
    private readonly bool _isCompletion = url == "/v1/completions";
    private Utf8JsonReader _json = new(body);
    private string? _model;
    private long _quarters;
    private long _imageBytes;
    private long? _most;
    private long _choices = 1;
    private int _prompts = 1;
    private int _images;
    private bool _hasTools;
    private bool _isOpen;

    public RequestShape Read()
    {
        try
        {
            if (_json.Read() && _json.TokenType == JsonTokenType.StartObject)
            {
                while (NextMember())
                {
                    ReadMember();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            (_quarters, _imageBytes) = (_length, 0); // Not JSON, or not text: nothing that was read can be relied on.
        }

        var answers = _isEmbedding ? 0 : Math.Clamp(_choices * (_isCompletion ? _prompts : 1), 1, int.MaxValue);
        return new RequestShape
        {
            Model = _model,
            PromptTokens = (_quarters + 3) / 4,
            MostPromptTokens = _isOpen
                ? Math.Max(RequestShape.Unbounded, _length)
                : _length - _imageBytes + MostTemplateTokens + (_hasTools ? MostToolTokens : 0),
            MostCompletionTokens = _isEmbedding ? 0 : _most is { } most ? Math.Min(most, int.MaxValue) * answers : null,
            Answers = (int)answers,
            Prompts = _prompts,
            Images = _images,
        };
    }

    private void ReadMember()
    {
        if (_json.ValueTextEquals("model"u8))
        {
            _json.Read();
            _model = _json.TokenType == JsonTokenType.String ? _json.GetString() : _model;
        }
        else if (
            _json.ValueTextEquals("max_tokens"u8) || _json.ValueTextEquals("max_completion_tokens"u8)
                || _json.ValueTextEquals("max_output_tokens"u8))
        {
            _most = Number() is { } number ? Math.Max(_most ?? 0, number) : _most;
        }
        else if (_json.ValueTextEquals("n"u8) || _json.ValueTextEquals("best_of"u8))
        {
            _choices = Math.Max(_choices, Math.Min(Number() ?? 1, int.MaxValue));
        }
        else if (_json.ValueTextEquals("messages"u8) || (_isResponse && _json.ValueTextEquals("input"u8)))
        {
            _json.Read();
            ReadMessages();
        }
        else if ((_isCompletion && _json.ValueTextEquals("prompt"u8)) || (_isEmbedding && _json.ValueTextEquals("input"u8)))
        {
            _json.Read();
            ReadPrompts();
        }
        else if (_json.ValueTextEquals("instructions"u8))
        {
            _json.Read();
            _quarters += 4 * TokensOfMessage;
            AddText();
        }
        else if (_json.ValueTextEquals("tools"u8) || _json.ValueTextEquals("functions"u8))
        {
            ReadTools();
        }
        else if (_json.ValueTextEquals("response_format"u8) || _json.ValueTextEquals("text"u8))
        {
            AddSchema();
        }
        else if (_json.ValueTextEquals("previous_response_id"u8) || _json.ValueTextEquals("conversation"u8)
            || (_isResponse && _json.ValueTextEquals("prompt"u8)) || _json.ValueTextEquals("web_search_options"u8))
        {
            _json.Read();
            _isOpen |= _json.TokenType != JsonTokenType.Null;
        }
        else
        {
            _json.Read();
        }

        _json.Skip();
    }

    // The reader is at the value; a list of messages, or one text.
    private void ReadMessages()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            _quarters += 4 * TokensOfMessage;
            AddText();
            return;
        }

        _quarters += 4 * 3; // The answer's own beginning.
        while (NextElement())
        {
            _quarters += 4 * TokensOfMessage;
            if (_json.TokenType != JsonTokenType.StartObject)
            {
                _json.Skip();
                continue;
            }

            while (NextMember())
            {
                if (_json.ValueTextEquals("content"u8) || _json.ValueTextEquals("output"u8))
                {
                    _json.Read();
                    ReadContent();
                }
                else if (_json.ValueTextEquals("role"u8) || _json.ValueTextEquals("type"u8) || _json.ValueTextEquals("status"u8))
                {
                    _json.Read();
                    _isOpen |= _json.TokenType == JsonTokenType.String && _json.ValueTextEquals("item_reference"u8);
                    _json.Skip();
                }
                else
                {
                    AddAll(); // A name, calls of tools, their ids.
                }
            }
        }
    }

    private void ReadContent()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            AddText();
            _json.Skip();
            return;
        }

        while (NextElement())
        {
            if (_json.TokenType == JsonTokenType.StartObject)
            {
                ReadPart();
            }
            else
            {
                AddText();
                _json.Skip();
            }
        }
    }

    private void ReadPart()
    {
        var (isImage, isSmall) = (false, false);
        while (NextMember())
        {
            if (_json.ValueTextEquals("text"u8) || _json.ValueTextEquals("refusal"u8))
            {
                _json.Read();
                AddText();
            }
            else if (_json.ValueTextEquals("image_url"u8))
            {
                isImage = true;
                _json.Read();
                isSmall |= ReadImage();
            }
            else if (_json.ValueTextEquals("detail"u8))
            {
                _json.Read();
                isSmall |= _json.TokenType == JsonTokenType.String && _json.ValueTextEquals("low"u8);
            }
            else if (_json.ValueTextEquals("input_audio"u8))
            {
                _json.Read();
                _quarters += 4 * TokensOfRecording;
            }
            else if (_json.ValueTextEquals("type"u8))
            {
                _json.Read();
                _isOpen |= _json.TokenType == JsonTokenType.String
                    && (_json.ValueTextEquals("file"u8) || _json.ValueTextEquals("input_file"u8));
                // It may be named by a file's id.
                isImage |= _json.TokenType == JsonTokenType.String && _json.ValueTextEquals("input_image"u8);
            }
            else
            {
                _json.Read();
            }

            _json.Skip();
        }

        if (isImage)
        {
            _images++;
            _quarters += 4 * (isSmall ? TokensOfSmallImage : TokensOfImage);
        }
    }

    // A URL, or an object with 'url' and 'detail'; whether its detail is low.
    private bool ReadImage()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            AddImageBytes();
            return false;
        }

        var isSmall = false;
        while (NextMember())
        {
            var isUrl = _json.ValueTextEquals("url"u8);
            var isDetail = _json.ValueTextEquals("detail"u8);
            _json.Read();
            if (isUrl)
            {
                AddImageBytes();
            }

            isSmall |= isDetail && _json.TokenType == JsonTokenType.String && _json.ValueTextEquals("low"u8);
            _json.Skip();
        }

        return isSmall;
    }

    private void AddImageBytes() =>
        _imageBytes += _json.TokenType == JsonTokenType.String && _json.ValueSpan.StartsWith("data:"u8) ? _json.ValueSpan.Length : 0;

    // A text, token numbers, or a list of either.
    private void ReadPrompts()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            AddText();
            return;
        }

        var prompts = 0;
        while (NextElement())
        {
            prompts += _json.TokenType == JsonTokenType.Number ? 0 : 1;
            if (_json.TokenType == JsonTokenType.StartArray)
            {
                while (NextElement())
                {
                    _quarters += 4;
                    _json.Skip();
                }

                continue;
            }

            _quarters += _json.TokenType == JsonTokenType.Number ? 4 : 0;
            AddText();
            _json.Skip();
        }

        _prompts = Math.Max(1, prompts);
    }

    // A hosted tool (a search, a file store) brings content of its own.
    private void ReadTools()
    {
        var start = _json.BytesConsumed;
        _json.Read();
        _hasTools |= _json.TokenType == JsonTokenType.StartArray;
        if (_json.TokenType == JsonTokenType.StartArray)
        {
            while (NextElement())
            {
                ReadTool();
            }
        }

        _quarters += (_json.BytesConsumed - start) / 2;
    }

    private void ReadTool()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _json.Skip();
            return;
        }

        while (NextMember())
        {
            var isType = _json.ValueTextEquals("type"u8);
            _json.Read();
            _isOpen |= isType && _json.TokenType == JsonTokenType.String && !_json.ValueTextEquals("function"u8)
                && !_json.ValueTextEquals("custom"u8);
            _json.Skip();
        }
    }

    private void AddSchema()
    {
        var start = _json.BytesConsumed;
        _json.Read();
        _json.Skip();
        _quarters += (_json.BytesConsumed - start) / 2;
    }

    private void AddAll()
    {
        var start = _json.BytesConsumed;
        _json.Read();
        _json.Skip();
        _quarters += _json.TokenType == JsonTokenType.Null ? 0
            : _counter is null ? _json.BytesConsumed - start
            : 4 * _counter.Count(_body[(int)start..(int)_json.BytesConsumed]);
    }

    private void AddText()
    {
        if (_json.TokenType == JsonTokenType.String)
        {
            _quarters += _counter is null
                ? TextTokens.QuartersOfJson(_json.ValueSpan, _json.ValueIsEscaped)
                : 4 * _counter.Count(ref _json);
        }
    }

    private long? Number()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out var number) && number >= 0 ? number : null;
    }

    private bool NextMember() => _json.Read() && _json.TokenType == JsonTokenType.PropertyName;

    private bool NextElement() => _json.Read() && _json.TokenType != JsonTokenType.EndArray;
}
