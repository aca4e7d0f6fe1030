// SPDX-License-Identifier: Apache-2.0

extension FederationWorld {
    /// The public key of every local account in tests.
    static let publicPEM = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqoEFDBGoeRJFXtn3Hvtu
        7d0SbuXC+i+z3aByqahkPA+/Qh/h+1Gt0Ql9YOhYT/JFm4o72LZQe6h3asbx6x9Q
        pMWldWk8+KVcAkOmuyC0YYUZ7xmzKuMb9IclJ5av6VDWbWeNr8aleYqtyvN+6mZg
        I1AVPHig7lJ6rtZ0TAlo21O2BJmUvg+SaZ/3cVv+QoeWz7JhRJmujkev/6uLfese
        2fA0q5Yjp3HQeyxJ7lVk8FphiDRHfNi03/7kVrB2UizcojnAOlUJJnwewbkHp/XI
        qhC0MZHwov5Kor8eHny8LDkJP/nzwOS1deQ6n6t6veDCVLMzn8lReVZmOwdcMaaT
        5QIDAQAB
        -----END PUBLIC KEY-----

        """
}
