using Microsoft.Extensions.DependencyInjection;

namespace Drover.Questions;

/// <summary>Registers what answers single questions.</summary>
internal static class QuestionServices
{
    public static IServiceCollection AddQuestions(this IServiceCollection services) =>
        services.AddSingleton<QuestionAnswerer>();
}
