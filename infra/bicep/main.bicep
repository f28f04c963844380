// Drover on Azure Functions, Flex Consumption: storage without shared keys, one identity with just its roles, the API's key in a vault.

@description('What all names begin with; letters and digits.')
@minLength(3)
@maxLength(10)
param name string = 'drover'

param location string = resourceGroup().location

@description('The API that the calls go to.')
param upstreamBaseUrl string = 'https://api.openai.com/v1'

@description('The key of that API; kept in the vault.')
@secure()
param upstreamApiKey string

@description('The model for sources that name none.')
param upstreamModel string = 'gpt-4o-mini'

@description('Further app settings, such as { Drover__Budgets__PerDay: \'50\', Drover__Keys__alice: \'SHA-256 of the key\' }.')
param settings object = {}

@description('The most instances.')
param maximumInstances int = 40

@description('The memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

var unique = uniqueString(resourceGroup().id, name)
var deploymentContainer = 'deployment'
var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fbe8'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: take('${toLower(name)}${unique}', 24)
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource deployment 'containers' = {
      name: deploymentContainer
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: take('${name}${unique}', 24)
  location: location
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
  }

  resource apiKey 'secrets' = {
    name: 'upstream-api-key'
    properties: { value: upstreamApiKey }
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs-${unique}'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${name}-insights-${unique}'
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan-${unique}'
  location: location
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: '${name}-${unique}'
  location: location
  kind: 'functionapp,linux'
  identity: { type: 'SystemAssigned' }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: { type: 'SystemAssignedIdentity' }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstances
        instanceMemoryMB: instanceMemory
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union({
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
      AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
      AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      // Streams and downloads may outlast the ten minutes of host.json, which older plans ask for.
      AzureFunctionsJobHost__functionTimeout: '01:00:00'
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '209715200'
      Drover__Upstream__BaseUrl: upstreamBaseUrl
      Drover__Upstream__Model: upstreamModel
      Drover__Upstream__ApiKey: '@Microsoft.KeyVault(SecretUri=${vault::apiKey.properties.secretUri})'
    }, settings)
    dependsOn: [storageRoles, vaultRole]
  }
}

resource storageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in [
  roles.blobDataOwner
  roles.queueDataContributor
  roles.tableDataContributor
]: {
  scope: storage
  name: guid(storage.id, app.id, role)
  properties: {
    principalId: app.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

resource vaultRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, app.id, roles.keyVaultSecretsUser)
  properties: {
    principalId: app.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

// Tells of uploaded images. Its subscription needs a key of the running app: see README.md.
resource events 'Microsoft.EventGrid/systemTopics@2022-06-15' = {
  name: '${name}-events-${unique}'
  location: location
  properties: {
    source: storage.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

output app string = app.name
output address string = 'https://${app.properties.defaultHostName}'
output topic string = events.name
