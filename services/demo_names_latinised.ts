import type { Culture } from "./demo_names_culture.ts";

/** Vietnamese, Arabic, Indian, Chinese and Japanese names in Latin letters. */
export const latinised: readonly Culture[] = [
  {
    locale: "vi",
    weight: 2.5,
    women:
      `Anh Hương Lan Linh Thảo Trang Ngọc Phương Thúy Mai Hồng Nhung Huyền Hạnh
      Yến Quỳnh Diễm Tuyết`,
    men:
      `Hùng Minh Tuấn Dũng Hải Nam Đức Long Thắng Huy Quang Sơn Khánh Phúc Bảo
      Trường Việt Đạt`,
    family:
      `Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý
      Đoàn Vương Trịnh Đinh Lâm Mạc Tạ Quách`,
    middle: {
      words: "Thị Văn Minh Ngọc Hữu Thanh Đức Kim Xuân Quốc",
      share: 0.75,
    },
    layout: "family first",
  },
  {
    locale: "ar-Latn",
    weight: 4,
    women:
      `Fatima Aisha Mariam Layla Nour Zainab Salma Huda Amina Yasmin Khadija Rania
      Hanan Samira Dalal Noura Lubna`,
    men:
      `Mohammed Ahmed Ali Omar Hassan Mahmoud Youssef Khalid Ibrahim Abdullah Hussein
      Karim Tariq Samir Abdelrahman Bilal Walid Ziad`,
    family:
      `Hassan Ali Ahmed Khalil Ibrahim Saleh Mansour Haddad Khoury Nasser Al-Masri
      Al-Najjar Hamdan Darwish Qasim El-Sayed Al-Hashimi Bakri Farah Jaber Sharif
      Benali Bouazza Ait_Ouakrim bin_Rashid Abdel-Fattah Shaheen`,
    familyPieces: [
      `ab ad ak al am ay ba bad bak da daw fa fad far ga gha ha had ham has hu ib
       ja jab ka kha kar la ma mah man mas na naj nas qa qad ra rah ras sa sab
       sal sha sham su ta tal tam wa wah ya za zah zay`,
      "~ ~ ba da ha ka la ma ra wa",
      `bi di dani far hani him jri kri lawi li lim mawi mi mani nawi qi ri rawi
       rani sari shi tani wi yani zi dour ried mouni rouq`,
    ],
    particles: { words: "Al-+ Al-+ El-+ Ben Abu bin", share: 0.4 },
    secondGiven: { join: " ", share: 0.08 },
  },
  {
    locale: "en-IN",
    weight: 5,
    women:
      `Priya Anjali Sunita Pooja Lakshmi Kavita Neha Deepika Meera Ananya Divya
      Rekha Shreya Harpreet Nandini Aishwarya Swati Padma`,
    men:
      `Rahul Amit Rajesh Sanjay Vijay Arjun Suresh Rohit Anil Vikram Karthik Manoj
      Gurpreet Siddharth Aditya Ravi Venkatesh Harish Nikhil`,
    family:
      `Kumar Singh Sharma Patel Gupta Reddy Khan Das Verma Mehta Nair Rao Iyer
      Joshi Mishra Chatterjee Banerjee Mukherjee Desai Kulkarni Menon Pillai Agarwal
      Chowdhury Bhattacharya Subramaniam Krishnamurthy Deshpande Fernandes D'Souza`,
    familyPieces: [
      `ambe ana bala bha bhan chan chandra da deva dha dhar ga gan gopa gu hari ja
       jaga kal kama kar kesh kri lak ma maha mal man mani muru na naga nara nil pa
       pad par prabha ra raghu raja rama ran sa san sar shan shiva soma sri su sunda
       sura tha tri ven venka vish`,
      "~ ~ la li ma na ra ri sha va ya",
      `dar de giri han jee kar kat kumar lal lan linga murthy nan nath pal pandian
       ppa ram rajan ran swamy than tra vani var wal wani yya yar ndran`,
    ],
    middle: { share: 0.1, initial: true },
  },
  {
    locale: "zh-Latn",
    weight: 2.5,
    women:
      `Li Fang Yan Xiuying Mei Jing Xiaomei Yuting Lihua Xinyi Ying Hui Yue Zihan
      Yulan`,
    men:
      `Wei Jun Lei Qiang Jianguo Tao Ming Bo Zhiqiang Haoran Yong Peng Guoqiang
      Jiahao Zhen`,
    family:
      `Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He
      Lin Gao Luo Zheng Liang Xie Song Tang Deng Feng Cao Peng Ouyang Lü Situ`,
    givenPieces: [
      `xiao jia yu zi zhi hao jun ming wen guo jian li mei ying xin ya si ze rui
       yi chun shu hai qing`,
      `han hua jie ling ming na ping qi rong ting wei xia xuan yan yang ying yun
       zhen feng gang hui lei lin long`,
    ],
    rareGiven: 0.5,
    letters: { ü: "u" },
  },
  {
    locale: "ja-Latn",
    weight: 2,
    women:
      `Yuki Sakura Yōko Keiko Haruka Aiko Misaki Yumi Kumiko Ayumi Naoko Rin Mio
      Chihiro Kyōko`,
    men:
      `Takashi Hiroshi Kenji Kenta Daisuke Yūta Satoshi Ryōta Shōta Haruto Kazuo
      Akira Makoto Jun Tarō`,
    family:
      `Satō Suzuki Takahashi Tanaka Itō Watanabe Yamamoto Nakamura Kobayashi Katō
      Yoshida Yamada Sasaki Yamaguchi Matsumoto Inoue Kimura Hayashi Saitō Shimizu
      Ōno Ōtsuka Kondō Endō`,
    familyPieces: [
      `aka aki ama ao ara asa chi fuji fuku furu hama hana hara hase hashi hayashi
       hira hori ichi ike ima ino iri ishi iwa kami kane kasa kata kawa kita ko kuro
       kuri maru matsu mina miya mizu mori mura naga naka nari nishi no numa
       oka oku ono saka saki sawa shima shimo sugi taka take tani tera toku tomi
       tsuchi tsuka uchi ue ume uno waka yama yano yoko yone yoshi`,
      `da moto mura kawa yama shima saki hara ta zawa oka bayashi be bori hashi
       gawa guchi mori mizu naga no nuki oku se shita sugi tani tsuka uchi ue wara
       ya yoshi zaki ike ishi e hama`,
    ],
  },
];
