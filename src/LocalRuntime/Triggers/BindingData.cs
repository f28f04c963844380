using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Drover.LocalRuntime;

/// <summary>Binds parameters by name to what a trigger knows besides its main value, converting as the Functions worker does.</summary>
internal static class BindingData
{
    /// <summary>The worker's way to read JSON: names are not case-sensitive.</summary>
    public static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    /// <summary>A value by the parameter's name. Missing: the default value, else null, else the run fails.</summary>
    public static ParameterBinder ByName(ParameterInfo parameter)
    {
        var name = parameter.Name!;
        var nullable = !parameter.ParameterType.IsValueType || Nullable.GetUnderlyingType(parameter.ParameterType) is not null;
        return invocation =>
        {
            if (invocation.BindingData.TryGetValue(name, out var value) && value is not null)
            {
                return new(Convert(name, value, parameter.ParameterType));
            }

            return parameter.HasDefaultValue ? new(parameter.DefaultValue)
                : nullable ? default(ValueTask<object?>)
                : throw new InvalidOperationException($"Parameter '{name}' has no value. Give it a default value or make it nullable.");
        };
    }

    /// <summary>
    /// Whether a text can become this type: a string, a number, a truth value, a time, a Guid, an address, an enumeration, or one of them
    /// or nothing.
    /// </summary>
    public static bool IsSimple(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal) || type == typeof(Guid)
            || type == typeof(Uri) || type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan);
    }

    /// <summary>Whether a type can be read from JSON: nothing that stands for a service, a stream or a delegate.</summary>
    public static bool IsJson(Type type) =>
        IsSimple(type) || type == typeof(JsonElement) || type == typeof(object) || type.IsArray
        || (!type.IsByRefLike && !type.IsPointer && !typeof(Delegate).IsAssignableFrom(type) && !typeof(Stream).IsAssignableFrom(type)
            && (!(type.IsInterface || type.IsAbstract) || IsCollection(type))
            && (type.IsValueType || IsCollection(type) || type.GetConstructors().Length > 0));

    public static object? FromJson(string json, Type type) => JsonSerializer.Deserialize(json, type, Json);

    private static bool IsCollection(Type type) => typeof(System.Collections.IEnumerable).IsAssignableFrom(type);

    private static object? Convert(string name, object value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsInstanceOfType(value))
        {
            return value;
        }

        var text = System.Convert.ToString(value, CultureInfo.InvariantCulture)!;
        try
        {
            return type == typeof(string) ? text
                : type == typeof(byte[]) ? Encoding.UTF8.GetBytes(text)
                : type.IsEnum ? Enum.Parse(type, text, ignoreCase: true)
                : IsSimple(type) ? System.ComponentModel.TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text)
                : FromJson(text, type);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or JsonException or OverflowException)
        {
            throw new InvalidOperationException($"Parameter '{name}' cannot be read as {type.Name}.", e);
        }
    }
}
