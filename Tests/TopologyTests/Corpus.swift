import Units

/// The table of expectations for real machines' exports: one entry a file.
enum Corpus {
    static let expectations = [cts1, corona, g4dn, power8, mi300aWhole, mi300aThirds, turin]

    private static let cts1 = Expectation(
        file: "cts1-pascal.xml", name: "pascal4",
        packages: ["0-17", "18-35"], processor: "Intel(R) Xeon(R) CPU E5-2695 v4 @ 2.10GHz",
        nodes: [
            (134_756_204_544, "0-17"),
            (135_268_511_744, "18-35"),
        ],
        firstCore: "0,36", lastCore: "35,71", processors: 72,
        kinds: [],
        vendor: .nvidia, model: "Tesla P100-PCIE-16GB", memory: 16_671_616 << 10,
        devices: [
            .init(id: "GPU-affad486-897e-9778-18e8-26a7127927a8", address: "0000:04:00.0", node: 0, localCores: "0-17"),
            .init(id: "GPU-fa7cef9c-220f-b6d7-1bb6-ea1e99d3ad0a", address: "0000:07:00.0", node: 0, localCores: "0-17"),
        ])

    private static let corona = Expectation(
        file: "epyc-corona-p2.xml", name: "corona282",
        packages: ["0-23", "24-47"], processor: "AMD EPYC 7402 24-Core Processor",
        nodes: [
            (134_734_184_448, "0-23"),
            (135_238_852_608, "24-47"),
        ],
        firstCore: "0,48", lastCore: "47,95", processors: 96,
        kinds: [["FrequencyMaxMHz": "2800"]],
        vendor: .amd, model: "Radeon Instinct MI50 32GB", memory: 33_538_048 << 10,
        devices: [
            .init(id: "GPU-4c04714172e6268f", address: "0000:03:00.0", node: 0, localCores: "0-23"),
            .init(id: "GPU-fd6050c17326b1e1", address: "0000:27:00.0", node: 0, localCores: "0-23"),
            .init(id: "GPU-518a706172e62697", address: "0000:43:00.0", node: 0, localCores: "0-23"),
            .init(id: "GPU-956a110172e620f5", address: "0000:63:00.0", node: 0, localCores: "0-23"),
            .init(id: "GPU-0f62596172e6212b", address: "0000:83:00.0", node: 1, localCores: "24-47"),
            .init(id: "GPU-fd6678e17326b1e1", address: "0000:a3:00.0", node: 1, localCores: "24-47"),
            .init(id: "GPU-00ce888172edb11f", address: "0000:c3:00.0", node: 1, localCores: "24-47"),
            .init(id: "GPU-f88c684172e62691", address: "0000:e3:00.0", node: 1, localCores: "24-47"),
        ])

    private static let g4dn = Expectation(
        file: "g4dnmetal.xml", name: "gpu-st-g4dnmetal-1",
        packages: ["0-23", "24-47"], processor: "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz",
        nodes: [
            (202_438_238_208, "0-23"),
            (202_924_285_952, "24-47"),
        ],
        firstCore: "0,48", lastCore: "47,95", processors: 96,
        kinds: [["FrequencyMaxMHz": "3500", "FrequencyBaseMHz": "2500"]],
        vendor: .nvidia, model: "Tesla T4", memory: 15_472_384 << 10,
        devices: [
            .init(id: "GPU-029490c8-a116-638b-7018-1a6b7a9002ef", address: "0000:18:00.0", node: 0, localCores: "0-23"),
            .init(id: "GPU-e5f1ef2b-71b8-2963-d316-108ad8712874", address: "0000:19:00.0", node: 0, localCores: "0-23"),
            .init(id: "GPU-541de847-535a-023c-84c0-5bead20b12e0", address: "0000:35:00.0", node: 0, localCores: "0-23"),
            .init(id: "GPU-a2f7dfad-d430-4c75-6ba2-e417160afec7", address: "0000:36:00.0", node: 0, localCores: "0-23"),
            .init(
                id: "GPU-3b0fc29b-614f-8158-8ea6-f4a8c9fa5c27", address: "0000:e7:00.0", node: 1, localCores: "24-47"),
            .init(
                id: "GPU-84bc1679-aa5f-9954-5afe-8c689c01ec13", address: "0000:e8:00.0", node: 1, localCores: "24-47"),
            .init(
                id: "GPU-cbe0afec-aa16-5bc7-8379-8e739474cec1", address: "0000:f4:00.0", node: 1, localCores: "24-47"),
            .init(
                id: "GPU-688323de-3533-d2ca-844c-af1c0f723c87", address: "0000:f5:00.0", node: 1, localCores: "24-47"),
        ])

    private static let power8 = Expectation(
        file: "power8gpudistances.xml", name: "drac-12.grenoble.grid5000.fr",
        packages: ["0-3", "4-7"], processor: "POWER8NVL, altivec supported",
        nodes: [
            (68_556_816_384, "0-3"),
            (68_450_713_600, "4-7"),
        ],
        firstCore: "0-1", lastCore: "104-105", processors: 16,
        kinds: [["FrequencyMaxMHz": "4023"]],
        vendor: .nvidia, model: "Tesla P100-SXM2-16GB", memory: 16_671_616 << 10,
        devices: [
            .init(id: "GPU-77bf6b9a-6906-5a93-d28b-b77d2c23d1d2", address: "0002:01:00.0", node: 0, localCores: "0-3"),
            .init(id: "GPU-00fc8f7f-8206-b5f8-1d34-e600a300e314", address: "0003:01:00.0", node: 0, localCores: "0-3"),
            .init(id: "GPU-ea919830-8251-6a30-e379-daeb01448779", address: "000a:01:00.0", node: 1, localCores: "4-7"),
            .init(id: "GPU-93f5db36-624e-1453-40ab-85cc675aa903", address: "000b:01:00.0", node: 1, localCores: "4-7"),
        ],
        linkKind: "NVLink", links: { $0 / 2 == $1 / 2 ? 40_000 : 0 })

    private static let mi300aWhole = Expectation(
        file: "tuo.SPX.xml", name: "testhost-amd",
        packages: ["0-23", "24-47", "48-71", "72-95"], processor: "AMD Instinct MI300A Accelerator",
        nodes: [
            (134_127_484_928, "0-23"),
            (134_972_620_800, "24-47"),
            (134_926_782_464, "48-71"),
            (134_960_807_936, "72-95"),
        ],
        firstCore: "0,96", lastCore: "95,191", processors: 192,
        kinds: [["FrequencyMaxMHz": "3700"]],
        vendor: .amd, model: "Aqua Vanjaram [Instinct MI300A]", memory: nil,
        devices: [
            .init(id: "0000:02:00.0", address: "0000:02:00.0", node: 0, localCores: "0-23"),
            .init(id: "0001:02:00.0", address: "0001:02:00.0", node: 1, localCores: "24-47"),
            .init(id: "0002:02:00.0", address: "0002:02:00.0", node: 2, localCores: "48-71"),
            .init(id: "0003:02:00.0", address: "0003:02:00.0", node: 3, localCores: "72-95"),
        ],
        linkKind: "XGMI", links: { _, _ in 100_000 })

    private static let mi300aThirds = Expectation(
        file: "tuo.TPX.xml", name: "testhost-amd",
        packages: ["0-23", "24-47", "48-71", "72-95"], processor: "AMD Instinct MI300A Accelerator",
        nodes: [
            (134_081_638_400, "0-23"),
            (134_972_620_800, "24-47"),
            (134_972_628_992, "48-71"),
            (134_960_820_224, "72-95"),
        ],
        firstCore: "0,96", lastCore: "95,191", processors: 192,
        kinds: [["FrequencyMaxMHz": "3700"]],
        vendor: .amd, model: "Aqua Vanjaram [Instinct MI300A]", memory: nil,
        devices: [
            .init(id: "0000:02:00.0/0", address: "0000:02:00.0", node: 0, localCores: "0-23", partition: 0),
            .init(id: "0000:02:00.0/1", address: "0000:02:00.0", node: 0, localCores: "0-23", partition: 1),
            .init(id: "0000:02:00.0/2", address: "0000:02:00.0", node: 0, localCores: "0-23", partition: 2),
            .init(id: "0001:02:00.0/0", address: "0001:02:00.0", node: 1, localCores: "24-47", partition: 0),
            .init(id: "0001:02:00.0/1", address: "0001:02:00.0", node: 1, localCores: "24-47", partition: 1),
            .init(id: "0001:02:00.0/2", address: "0001:02:00.0", node: 1, localCores: "24-47", partition: 2),
            .init(id: "0002:02:00.0/0", address: "0002:02:00.0", node: 2, localCores: "48-71", partition: 0),
            .init(id: "0002:02:00.0/1", address: "0002:02:00.0", node: 2, localCores: "48-71", partition: 1),
            .init(id: "0002:02:00.0/2", address: "0002:02:00.0", node: 2, localCores: "48-71", partition: 2),
            .init(id: "0003:02:00.0/0", address: "0003:02:00.0", node: 3, localCores: "72-95", partition: 0),
            .init(id: "0003:02:00.0/1", address: "0003:02:00.0", node: 3, localCores: "72-95", partition: 1),
            .init(id: "0003:02:00.0/2", address: "0003:02:00.0", node: 3, localCores: "72-95", partition: 2),
        ],
        linkKind: "XGMI", links: { _, _ in 100_000 })

    private static let turin = Expectation(
        file: "turin-4gpu-nvml.xml", name: "h200-1001",
        packages: ["0-63", "64-127"], processor: "AMD EPYC 9555 64-Core Processor",
        nodes: [
            (202_483_281_920, "0-15"),
            (202_928_492_544, "16-31"),
            (202_880_688_128, "32-47"),
            (202_928_492_544, "48-63"),
            (202_928_492_544, "64-79"),
            (202_928_492_544, "80-95"),
            (202_928_492_544, "96-111"),
            (202_849_652_736, "112-127"),
        ],
        firstCore: "0,128", lastCore: "127,255", processors: 256,
        kinds: [["FrequencyMaxMHz": "3200", "LinuxCapacity": "1024"]],
        vendor: .nvidia, model: "NVIDIA H200", memory: 146_593_728 << 10,
        devices: [
            .init(
                id: "GPU-46f77619-68bf-8f9d-7cfb-61fa9c4ca692", address: "0000:06:00.0", node: 1, localCores: "16-31"),
            .init(
                id: "GPU-32559d2f-bd80-6360-09ab-97af8614d541", address: "0000:16:00.0", node: 2, localCores: "32-47"),
            .init(
                id: "GPU-f62c37c9-47b3-35d9-91d2-b403ca0ef7ca", address: "0000:96:00.0", node: 6, localCores: "96-111"),
            .init(
                id: "GPU-81addb77-2337-6f9f-b0dd-696aa82969d1", address: "0000:e6:00.0", node: 7,
                localCores: "112-127"),
        ],
        linkKind: "NVLink", links: { _, _ in 150_000 })

}
