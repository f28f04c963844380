namespace Drover.LocalRuntime;

/// <summary>What a caller must show to start an HTTP function.</summary>
/// <remarks>Here there is one key, the host's: every level above <see cref="Anonymous"/> asks for it.</remarks>
public enum AuthorizationLevel
{
    /// <summary>Open to everybody; the function may check credentials of its own.</summary>
    Anonymous = 0,

    /// <summary>A user's token on old platforms; here the host key.</summary>
    User = 1,

    /// <summary>The function's or the host's key.</summary>
    Function = 2,

    /// <summary>A system key; here the host key.</summary>
    System = 3,

    /// <summary>The host's key.</summary>
    Admin = 4,
}
