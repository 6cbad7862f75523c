/// One key of P-256 as openssl writes it, and keys that are not supported; made for these tests.
enum TestKeys {
  static let sec1 = """
    -----BEGIN EC PARAMETERS-----
    BggqhkjOPQMBBw==
    -----END EC PARAMETERS-----
    -----BEGIN EC PRIVATE KEY-----
    MHcCAQEEIOXFmKIEQy7/Th+ZD0VqhuJxFdepr500XC/kRU3MHHC2oAoGCCqGSM49
    AwEHoUQDQgAEEO7IVm6BCbcQ0VF5zcl0+urgpewRKxuDd1gVjYdGc43ZQtClnFWR
    Nmrw5Br71nqs7hLEzqvtTXjXhJwbwbL4KA==
    -----END EC PRIVATE KEY-----

    """

  static let pkcs8 = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5cWYogRDLv9OH5kP
    RWqG4nEV16mvnTRcL+RFTcwccLahRANCAAQQ7shWboEJtxDRUXnNyXT66uCl7BEr
    G4N3WBWNh0ZzjdlC0KWcVZE2avDkGvvWeqzuEsTOq+1NeNeEnBvBsvgo
    -----END PRIVATE KEY-----

    """

  static let publicKey = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEO7IVm6BCbcQ0VF5zcl0+urgpewR
    KxuDd1gVjYdGc43ZQtClnFWRNmrw5Br71nqs7hLEzqvtTXjXhJwbwbL4KA==
    -----END PUBLIC KEY-----

    """

  static let encrypted = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjJglxQGgqw/gICCAAw
    DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEPbyvE0mfUd8Gvnh7gtU7gQEgZA3
    Fn6l/5DCCl34jtdFg21Veg+QyPs2yU9WPD0ThFdN88WSLk/WEwrSPf9TiguujLRP
    upcmuhvSv/Qk2LhQjtI+sgxY7MgzcisaZnjHHYP2+uV7rYJn3anr9bhY4z67hJhs
    GnfPsY1axrp6VIVETzvM2nSelQfw/NO0xTOBeGN9iO7IlR1rWqNMESy6hI0qims=
    -----END ENCRYPTED PRIVATE KEY-----

    """

  static let legacyEncrypted = """
    -----BEGIN EC PRIVATE KEY-----
    Proc-Type: 4,ENCRYPTED
    DEK-Info: AES-128-CBC,C661C64EB6BC7CDCA6C315428923B0F3

    EosPYDBYBmqZIfO40NMZnXWQjGJlxsmjZSuxkuvKI4HSJE15M7M0YUhgfVYNOe8l
    1Ptx176iVTHMCew+zn+lnMcLsRwP1pAxn3eAvPp9JZ2a0bTunctIyRz1Ok38lRj5
    FyCGmzEVdHqTJn6fw9cZI7DnrSwqHHSxpvnPbz74BOA=
    -----END EC PRIVATE KEY-----

    """

  static let p384 = """
    -----BEGIN PUBLIC KEY-----
    MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEy3J/PbOkmpdpI+0jLLgKuN1vUDLl9ZeE
    fSYUFvAfqJqYq4N4JWz4tf1VgBnLaz5L4vX4vXTlr3Us4xFoIH8Y5QcXsDD2lNjA
    CzKXPG7NeJ2rfq4d+wB56ZGJoPRA8sQu
    -----END PUBLIC KEY-----

    """

  static let ed25519 = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAFJ+f8S8K06eapnFRS/4KwNQxv1u99yFUmE6jPKiNRQE=
    -----END PUBLIC KEY-----

    """

  static let ed25519Private = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIBouxwkiahSSBW0EKHguHhsMdO2L3+EJj8ARsi7lLrlG
    -----END PRIVATE KEY-----

    """

  /// What sha256sum says of `publicKey`.
  static let fingerprint = "ac3916dceca508f89537b618793bcacdb030c528cf0cd013842a4d110b0441d5"
}
