namespace Drover.Images;

/// <summary>Why an image cannot be shown to a model.</summary>
/// <param name="Code">
/// <c>image_reference</c>, <c>image_not_found</c>, <c>image_forbidden</c>, <c>image_address_refused</c>, <c>image_too_large</c>,
/// <c>image_empty</c>, <c>image_kind</c>, <c>image_truncated</c>, <c>image_unreadable</c>, <c>image_changed</c> or
/// <c>image_unreachable</c>.
/// </param>
/// <param name="Message">One sentence: the rule and the value that breaks it.</param>
/// <param name="Passes">Whether trying again later may help.</param>
internal sealed record ImageFault(string Code, string Message, bool Passes = false);
