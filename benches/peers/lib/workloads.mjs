// The workloads, and the answers that all servers give to them. A server's operation names the fields of its answer by
// aliases where its own names are others; lists are compared without the objects of connections around them. A server that
// has no operation for a workload is left out of it.

export const WORKLOADS = {
  // contact { id firstName middleName lastName title phones emails city country createdAt }
  W1: { title: "one contact, 10 fields", samples: 8 },
  // contacts [50] { id firstName lastName organization { id name } notes [3] { id body author { name } } }
  W2: { title: "50 contacts with organization, 3 notes, authors", samples: 8 },
  // organization { id name industry city country contacts [20] { id firstName lastName title notes [3] { id body createdAt } }
  //   relationships [20] { id type user { id name } } notes [10] { id body author { name } } }
  W3: { title: "screen of an organization", samples: 12 },
  // contacts [25] { id firstName lastName organization { name } }
  W4: { title: "narrow search, two words", samples: 50 },
  // contacts [25] { id firstName lastName } count
  W5: { title: "broad search, 25 and the count", samples: 10 },
  // The same with the facets for narrowing the search, which the peers do not have.
  W5f: { title: "broad search, 25, the count and facets", samples: 4, comparedTo: "W5" },
  // contact { id firstName lastName phones emails }
  W6: { title: "create a contact", samples: 8 },
  // contacts [10] { id firstName lastName phones emails organization { name } }
  W7: { title: "look-up by phone number or e-mail", samples: 16 },
  // contacts [100] { id firstName lastName organization { id name } }
  W8: { title: "100 entities by id, for a gateway", samples: 4 },
};

/** Returns the servers that take part in a workload. */
export const takingPart = (workload, servers) => servers.filter((server) => (server.server ?? server).requests[workload]);
