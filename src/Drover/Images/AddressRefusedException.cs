namespace Drover.Images;

/// <summary>A name leads to addresses that are not of the public Internet, and those alone.</summary>
internal sealed class AddressRefusedException(string host) : Exception(
    $"'{host}' leads to an address that is not of the public Internet (private, loopback, link-local, …); Drover:Vision:AllowPrivateAddresses allows that.");
