using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Drover.Storage;

namespace Drover.Images;

/// <summary>The containers of uploaded images and of what was found in them.</summary>
/// <remarks>
/// <code>
/// images/{name}                 an image; a source names it as {name}
/// images/{name}.prompt.txt      what to ask of it, instead of the recipe's own question
/// image-results/{name}.json     its outcome, when it was uploaded
/// </code>
/// </remarks>
public sealed class ImageBlobs(ContainerLayout batches)
{
    public const string Images = "images";

    public const string Results = "image-results";

    /// <summary>How the name of a prompt beside an image ends.</summary>
    public const string PromptSuffix = ".prompt.txt";

    private readonly BlobServiceClient _service = batches.Container.GetParentBlobServiceClient();

    public BlobContainerClient Container => _service.GetBlobContainerClient(Images);

    public BlobContainerClient ResultContainer => _service.GetBlobContainerClient(Results);

    public BlobClient Image(string name) => Container.GetBlobClient(name);

    public BlockBlobClient Prompt(string name) => Container.GetBlockBlobClient(name + PromptSuffix);

    public BlockBlobClient Result(string name) => ResultContainer.GetBlockBlobClient(name + ".json");
}
