/** The operator's way to people's mailboxes. Berth itself sends no mail. */
export interface InvitationMail {
  readonly to: string;
  readonly organization: string;
  readonly roleName: string;
  readonly invitedBy: string;
  /** Whoever has it may accept: it must reach nobody but the address, and no log. */
  readonly link: string;
  readonly expiresAt: Date;
}

export interface Mailer {
  /** Resolves when the mail is taken over for delivery. */
  sendInvitation(mail: InvitationMail): Promise<void>;
}
