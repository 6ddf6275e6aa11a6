// A pattern that takes twice as long for each further letter.
export default {
  fetch: () => new Response(String(/^(a+)+$/.test(`${"a".repeat(60)}!`))),
};
