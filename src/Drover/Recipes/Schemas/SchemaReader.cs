using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>Reads the levels of a schema, and collects whatever is wrong with it.</summary>
/// <remarks>
/// A <c>$ref</c> is followed once everything is read, so that schemas may refer to themselves and no chain of references is a
/// chain of calls. One that leads back to itself without going into a value, or through too many others, is a fault.
/// </remarks>
internal sealed class SchemaReader
{
    private const int MostSchemas = 10_000;
    private const int MostInPlace = 64;
    private const int MostFaults = 20;

    private readonly JsonElement _root;
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<(ReferenceRule Rule, string Reference, string Pointer)> _references = [];
    private readonly List<string> _faults = [];

    private SchemaReader(JsonElement root) => _root = root;

    /// <summary>Reads a schema.</summary>
    /// <exception cref="PromptFaultException">It has faults; all of them are named.</exception>
    public static SchemaNode Read(JsonElement root)
    {
        var reader = new SchemaReader(root);
        var node = reader.NodeOf(root, "#");
        reader.Resolve();
        if (reader._faults.Count == 0)
        {
            reader.CheckReach();
        }

        return reader._faults switch
        {
            [] => node,
            { Count: <= MostFaults } faults => throw new PromptFaultException(string.Join(" ", faults)),
            var faults =>
                throw new PromptFaultException($"{string.Join(" ", faults.Take(MostFaults))} There are {faults.Count - MostFaults:N0} more faults."),
        };
    }

    /// <summary>Notes that a value breaks a rule.</summary>
    public void Fault(string pointer, JsonElement value, string rule) => _faults.Add($"'{pointer}' is {SchemaWords.Show(value)}; {rule}.");

    /// <summary>Notes a fault.</summary>
    public void Fault(string message) => _faults.Add(message);

    /// <summary>Reads the schema at a place, once.</summary>
    public SchemaNode NodeOf(JsonElement schema, string pointer)
    {
        if (_nodes.TryGetValue(pointer, out var known))
        {
            return known;
        }

        var node = _nodes[pointer] = new SchemaNode(pointer);
        if (_nodes.Count > MostSchemas)
        {
            if (_nodes.Count == MostSchemas + 1)
            {
                Fault($"'{pointer}' is one schema too many; there may be {MostSchemas:N0}.");
            }
        }
        else if (schema.ValueKind == JsonValueKind.Object)
        {
            node.Rules = new SchemaLevel(this, schema, pointer).Read();
        }
        else if (schema.ValueKind == JsonValueKind.False)
        {
            node.Rules = [new NothingRule()];
        }
        else if (schema.ValueKind != JsonValueKind.True)
        {
            Fault(pointer, schema, "a schema must be an object, true or false");
        }

        return node;
    }

    /// <summary>The rule of a <c>$ref</c>.</summary>
    public ReferenceRule Refer(string reference, string pointer)
    {
        var rule = new ReferenceRule();
        _references.Enqueue((rule, reference, pointer));
        return rule;
    }

    private void Resolve()
    {
        while (_references.TryDequeue(out var next))
        {
            if (next.Reference != "#" && !next.Reference.StartsWith("#/", StringComparison.Ordinal))
            {
                Fault(
                    $"'{next.Pointer}' is \"{next.Reference}\"; it must be # or begin with #/, since only what is in the schema is referred to.");
            }
            else if (SchemaPointer.Find(_root, next.Reference, out var target) is not { } schema)
            {
                Fault($"'{next.Pointer}' is \"{next.Reference}\"; there is nothing at that place of the schema.");
            }
            else
            {
                next.Rule.Target = NodeOf(schema, target);
            }
        }
    }

    private void CheckReach()
    {
        var reaches = new Dictionary<SchemaNode, Reach>();
        foreach (var node in _nodes.Values.TakeWhile(_ => _faults.Count == 0))
        {
            ReachOf(node, reaches, []);
        }
    }

    // How many schemas are held against one value: one within the other, and all together. Goes no deeper than it allows.
    private Reach ReachOf(SchemaNode node, Dictionary<SchemaNode, Reach> reaches, List<SchemaNode> path)
    {
        if (reaches.TryGetValue(node, out var known))
        {
            return known;
        }

        if (path.IndexOf(node) is >= 0 and var start)
        {
            Fault(
                $"'{node.Pointer}' refers to itself without end: {string.Join(" → ", path.Skip(start).Append(node).Select(n => n.Pointer))}.");
            return default;
        }

        var reach = new Reach(1, 1);
        path.Add(node);
        foreach (var inner in node.InPlace)
        {
            var more = path.Count < MostInPlace ? ReachOf(inner, reaches, path) : new Reach(MostInPlace, 1);
            if (_faults.Count > 0)
            {
                return default;
            }

            reach = new Reach(Math.Max(reach.Depth, 1 + more.Depth), reach.Count + more.Count);
            if (reach.Depth > MostInPlace || reach.Count > MostSchemas)
            {
                Fault(
                    $"'{path[0].Pointer}' holds too many schemas against one value ($ref, allOf, anyOf, oneOf, not); "
                    + $"there may be {MostInPlace} within each other and {MostSchemas:N0} in all.");
                return default;
            }
        }

        path.RemoveAt(path.Count - 1);
        return reaches[node] = reach;
    }

    private readonly record struct Reach(int Depth, int Count);
}
