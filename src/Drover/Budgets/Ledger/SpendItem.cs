using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Drover.Budgets.Ledger;

/// <summary>How the ledger names an item: ids may be long, and 64 bits tell the few lost calls of a batch apart.</summary>
internal static class SpendItem
{
    public static ulong NumberOf(string batchId, string itemId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{batchId}\n{itemId}"), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
