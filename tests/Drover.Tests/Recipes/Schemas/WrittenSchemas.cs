namespace Drover.Tests.Recipes.Schemas;

/// <summary>Schemas exactly as Pydantic 2.13.4 (<c>model_json_schema()</c>) and zod 4.6.7 (<c>z.toJSONSchema()</c>) write them.</summary>
internal static class WrittenSchemas
{
    /// <summary>Nested models, enums in <c>$defs</c>, <c>Optional</c>, constrained types, sets, tuples and dictionaries.</summary>
    public const string PydanticPerson =
        """
        {"$defs": {"Address": {"description": "Where someone lives.", "properties": {"street": {"description": "Street and number", "maxLength": 20, "minLength": 1, "title": "Street", "type": "string"}, "postcode": {"pattern": "^\\d{5}$", "title": "Postcode", "type": "string"}}, "required": ["street", "postcode"], "title": "Address", "type": "object"}, "Colour": {"enum": ["red", "green"], "title": "Colour", "type": "string"}, "Grade": {"enum": [1, 2], "title": "Grade", "type": "integer"}}, "additionalProperties": false, "properties": {"id": {"format": "uuid", "title": "Id", "type": "string"}, "name": {"title": "Name", "type": "string"}, "email": {"format": "email", "title": "Email", "type": "string"}, "age": {"exclusiveMaximum": 150, "minimum": 0, "title": "Age", "type": "integer"}, "score": {"exclusiveMinimum": 0, "maximum": 1, "multipleOf": 0.05, "title": "Score", "type": "number"}, "colour": {"$ref": "#/$defs/Colour"}, "grade": {"$ref": "#/$defs/Grade", "default": 1}, "born": {"format": "date", "title": "Born", "type": "string"}, "seen": {"anyOf": [{"format": "date-time", "type": "string"}, {"type": "null"}], "default": null, "title": "Seen"}, "break": {"format": "duration", "title": "Break", "type": "string"}, "home": {"$ref": "#/$defs/Address"}, "work": {"anyOf": [{"$ref": "#/$defs/Address"}, {"type": "null"}]}, "tags": {"default": [], "items": {"type": "string"}, "title": "Tags", "type": "array", "uniqueItems": true}, "pair": {"maxItems": 2, "minItems": 2, "prefixItems": [{"type": "integer"}, {"type": "string"}], "title": "Pair", "type": "array"}, "counts": {"additionalProperties": {"type": "integer"}, "default": {}, "title": "Counts", "type": "object"}, "coded": {"default": {}, "patternProperties": {"^[a-z]{2}$": {"type": "number"}}, "title": "Coded", "type": "object"}, "price": {"anyOf": [{"type": "number"}, {"pattern": "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$", "type": "string"}], "title": "Price"}, "site": {"anyOf": [{"format": "uri", "maxLength": 2083, "minLength": 1, "type": "string"}, {"type": "null"}], "default": null, "title": "Site"}, "kind": {"const": "person", "default": "person", "title": "Kind", "type": "string"}, "either": {"anyOf": [{"type": "integer"}, {"type": "string"}], "title": "Either"}, "extra": {"default": null, "title": "Extra"}}, "required": ["id", "name", "email", "age", "score", "colour", "born", "break", "home", "work", "pair", "price", "either"], "title": "Person of interest", "type": "object"}
        """;

    /// <summary>A model that refers to itself.</summary>
    public const string PydanticNode =
        """
        {"$defs": {"Node": {"properties": {"value": {"title": "Value", "type": "integer"}, "children": {"default": [], "items": {"$ref": "#/$defs/Node"}, "title": "Children", "type": "array"}}, "required": ["value"], "title": "Node", "type": "object"}}, "$ref": "#/$defs/Node"}
        """;

    /// <summary>Discriminated unions.</summary>
    public const string PydanticZoo =
        """
        {"$defs": {"Cat": {"properties": {"kind": {"const": "cat", "title": "Kind", "type": "string"}, "lives": {"maximum": 9, "minimum": 1, "title": "Lives", "type": "integer"}}, "required": ["kind", "lives"], "title": "Cat", "type": "object"}, "Dog": {"properties": {"kind": {"enum": ["dog", "hound"], "title": "Kind", "type": "string"}, "trick": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Trick"}}, "required": ["kind", "trick"], "title": "Dog", "type": "object"}}, "properties": {"pet": {"discriminator": {"mapping": {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog", "hound": "#/$defs/Dog"}, "propertyName": "kind"}, "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}], "title": "Pet"}, "other": {"items": {"discriminator": {"mapping": {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog", "hound": "#/$defs/Dog"}, "propertyName": "kind"}, "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]}, "maxItems": 3, "minItems": 1, "title": "Other", "type": "array"}}, "required": ["pet", "other"], "title": "Zoo", "type": "object"}
        """;

    /// <summary>One of every kind.</summary>
    public const string ZodForm =
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":"string","format":"uuid","pattern":"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$"},"email":{"type":"string","format":"email","pattern":"^(?:[A-Za-z0-9_'+\\-]+\\.)*[A-Za-z0-9_'+\\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$"},"at":{"type":"string","format":"date-time","pattern":"^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:Z))$"},"day":{"type":"string","format":"date","pattern":"^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))$"},"n":{"type":"integer","minimum":0,"maximum":10},"x":{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1,"multipleOf":0.25},"s":{"type":"string","minLength":1,"maxLength":5,"pattern":"^[a-z]+$"},"e":{"type":"string","enum":["a","b"]},"l":{"type":"string","const":"x"},"o":{"type":"string"},"nu":{"type":["string","null"]},"d":{"default":3,"type":"number"},"r":{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"type":"number"}},"t":{"type":"array","prefixItems":[{"type":"string"},{"type":"number"}],"items":false,"minItems":2,"maxItems":2},"tr":{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"boolean"},"minItems":1},"u":{"type":["string","number"]},"url":{"type":"string","format":"uri"},"ip":{"type":"string","format":"ipv4","pattern":"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])$"},"any":{},"never":{"not":{}},"m":{"$ref":"#/$defs/M"}},"required":["id","email","at","day","n","x","s","e","l","nu","d","r","t","tr","u","url","ip","any","m"],"additionalProperties":false,"$defs":{"M":{"type":"string","title":"T","description":"d"}}}
        """;

    /// <summary>An object that refers to itself.</summary>
    public const string ZodNode =
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"name":{"type":"string"},"kids":{"type":"array","items":{"$ref":"#"}}},"required":["name","kids"],"additionalProperties":false}
        """;

    /// <summary>Discriminated unions.</summary>
    public const string ZodUnion =
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"pet":{"oneOf":[{"type":"object","properties":{"kind":{"type":"string","const":"cat"},"lives":{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991}},"required":["kind","lives"],"additionalProperties":false},{"type":"object","properties":{"kind":{"type":"string","const":"dog"},"trick":{"type":["string","null"]}},"required":["kind","trick"],"additionalProperties":false}]},"list":{"minItems":1,"type":"array","items":{"oneOf":[{"type":"object","properties":{"kind":{"type":"string","const":"cat"},"lives":{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991}},"required":["kind","lives"],"additionalProperties":false},{"type":"object","properties":{"kind":{"type":"string","const":"dog"},"trick":{"type":["string","null"]}},"required":["kind","trick"],"additionalProperties":false}]}}},"required":["pet","list"],"additionalProperties":false}
        """;

    /// <summary>What is used twice, by reference.</summary>
    public const string ZodReused =
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"a":{"$ref":"#/$defs/__schema0"},"b":{"$ref":"#/$defs/__schema0"},"c":{"type":"object","properties":{"q":{"type":"boolean"}},"required":["q"],"additionalProperties":false}},"required":["a","b","c"],"additionalProperties":false,"$defs":{"__schema0":{"oneOf":[{"type":"object","properties":{"kind":{"type":"string","const":"cat"},"lives":{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991}},"required":["kind","lives"],"additionalProperties":false},{"type":"object","properties":{"kind":{"type":"string","const":"dog"},"trick":{"type":["string","null"]}},"required":["kind","trick"],"additionalProperties":false}]}}}
        """;
}
