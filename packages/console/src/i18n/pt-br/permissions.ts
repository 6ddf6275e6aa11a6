export const permissions = {
  permissions: {
    optional: "Opcional",
    required: "Obrigatória",
    sweeping: "Tudo",
    reason: "O app diz: “{{reason}}”",
    grant: "{{what}} ({{resource}})",
    unknown: "Algo que este console não sabe descrever",
    scope: {
      everything: "– tudo",
      below: "e tudo abaixo",
      subdomains: "– todos os subdomínios",
      pattern: "– o que corresponder ao padrão",
    },
    api: {
      read: "Ler pela função do próprio app",
      write: "Fazer alterações pela função do próprio app",
      readWrite: "Ler e fazer alterações pela função do próprio app",
    },
    data: {
      read: "Ler dados",
      write: "Alterar dados",
      readWrite: "Ler e alterar dados",
    },
    ui: {
      show: "Aparecer no produto",
      actAsMember:
        "Este app age como você: roda na própria página, sem isolamento, e pode fazer nela tudo o que você pode",
    },
    network: { connect: "Trocar dados com outro serviço" },
    tool: { execute: "Usar uma ferramenta" },
    companion: {
      message: "Enviar mensagens a um assistente de IA",
      subscribe: "Acompanhar o que um assistente de IA diz",
      messageSubscribe: "Conversar com um assistente de IA",
    },
    document: {
      read: "Ler documentos",
      write: "Alterar documentos",
      readWrite: "Ler e alterar documentos",
    },
    event: {
      publish: "Anunciar eventos",
      subscribe: "Ser avisado de eventos",
      publishSubscribe: "Anunciar eventos e ser avisado deles",
    },
  },
};
