import type { Culture } from "./demo_names_culture.ts";

/** Chinese, Japanese, Korean, Arabic and Hebrew: Latin letters are given. */
export const signs: readonly Culture[] = [
  {
    locale: "zh",
    weight: 1.2,
    women: `芳=fang 娜=na 秀英=xiuying 敏=min 静=jing 丽=li 艳=yan 婷婷=tingting
      雨桐=yutong 欣怡=xinyi`,
    men: `伟=wei 强=qiang 磊=lei 军=jun 洋=yang 勇=yong 杰=jie 涛=tao 明=ming
      浩然=haoran`,
    family:
      `王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 黄=huang 赵=zhao 吴=wu
      周=zhou 徐=xu 孙=sun 马=ma 朱=zhu 胡=hu 郭=guo 何=he 林=lin 高=gao 罗=luo
      郑=zheng 梁=liang 谢=xie 宋=song 唐=tang 许=xu 邓=deng 冯=feng 韩=han
      欧阳=ouyang 司马=sima 诸葛=zhuge`,
    rareFamilies: 0,
    givenPieces: [
      `小=xiao 佳=jia 雨=yu 子=zi 志=zhi 浩=hao 俊=jun 明=ming 文=wen 国=guo 建=jian
       丽=li 美=mei 晓=xiao 欣=xin 雅=ya 思=si 泽=ze 瑞=rui 一=yi 春=chun 海=hai`,
      `涵=han 华=hua 杰=jie 玲=ling 明=ming 娜=na 平=ping 琪=qi 蓉=rong 婷=ting
       伟=wei 霞=xia 轩=xuan 燕=yan 阳=yang 英=ying 云=yun 峰=feng 刚=gang 慧=hui`,
    ],
    rareGiven: 0.6,
    layout: "family first, one word",
  },
  {
    locale: "ja",
    weight: 1,
    women:
      `陽子=yoko 恵子=keiko 美咲=misaki 結衣=yui さくら=sakura ひかり=hikari あおい=aoi 由美子=yumiko
      愛=ai 遥=haruka 千尋=chihiro 直美=naomi`,
    men:
      `誠=makoto 健太=kenta 大輔=daisuke 翔太=shota 浩=hiroshi 隆=takashi 蓮=ren
      拓也=takuya 一郎=ichiro 悠斗=yuto`,
    family:
      `佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 伊藤=ito 渡辺=watanabe
      山本=yamamoto 中村=nakamura 小林=kobayashi 加藤=kato 吉田=yoshida 山田=yamada
      佐々木=sasaki 山口=yamaguchi 松本=matsumoto 井上=inoue 木村=kimura 林=hayashi
      斎藤=saito 清水=shimizu 渡邉=watanabe 髙橋=takahashi`,
    familyPieces: [
      `赤=aka 秋=aki 青=ao 石=ishi 岩=iwa 上=ue 内=uchi 大=o 岡=oka 小=ko 川=kawa
       北=kita 黒=kuro 坂=saka 島=shima 杉=sugi 高=taka 竹=take 谷=tani 寺=tera
       永=naga 中=naka 西=nishi 野=no 橋=hashi 原=hara 東=higashi 平=hira 福=fuku
       藤=fuji 古=furu 堀=hori 前=mae 松=matsu 水=mizu 宮=miya 村=mura 森=mori
       安=yasu 柳=yanagi 横=yoko 吉=yoshi 若=waka`,
      `田=da 本=moto 村=mura 川=kawa 山=yama 島=shima 崎=saki 原=hara 沢=zawa
       岡=oka 口=guchi 木=ki 井=i 谷=tani 野=no 下=shita 尾=o 瀬=se 塚=tsuka 浦=ura`,
    ],
    layout: "family first",
  },
  {
    locale: "ko",
    weight: 1,
    women:
      `서연=seoyeon 지우=jiwoo 민지=minji 수빈=subin 영희=younghee 지은=jieun
      하은=haeun 미경=mikyung`,
    men:
      `민준=minjun 서준=seojun 지훈=jihoon 현우=hyunwoo 영수=youngsoo 성민=sungmin
      동현=donghyun 준호=junho`,
    family:
      `김=kim 이=lee 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon 장=jang
      임=lim 한=han 오=oh 서=seo 신=shin 권=kwon 황=hwang 안=ahn 송=song 전=jeon
      홍=hong 유=yoo 남궁=namgung`,
    rareFamilies: 0,
    givenPieces: [
      `민=min 서=seo 지=ji 현=hyun 영=young 성=sung 동=dong 준=jun 수=soo 은=eun
       하=ha 미=mi 경=kyung 재=jae 상=sang 태=tae 혜=hye 승=seung`,
      `준=jun 연=yeon 우=woo 빈=bin 희=hee 훈=hoon 민=min 현=hyun 호=ho 아=ah
       진=jin 영=young 석=seok 은=eun 윤=yoon 철=chul 숙=sook 기=ki`,
    ],
    rareGiven: 0.6,
    layout: "family first, one word",
  },
  {
    locale: "ar",
    weight: 1,
    women: `فاطمة=fatima عائشة=aisha مريم=mariam ليلى=layla نور=nour زينب=zainab
      سلمى=salma هدى=huda أمينة=amina ياسمين=yasmin`,
    men: `محمد=mohammed أحمد=ahmed علي=ali عمر=omar حسن=hassan محمود=mahmoud
      يوسف=youssef خالد=khalid إبراهيم=ibrahim عبد_الله=abdullah`,
    family:
      `حسن=hassan علي=ali خليل=khalil إبراهيم=ibrahim صالح=saleh منصور=mansour
      حداد=haddad الخوري=alkhoury ناصر=nasser المصري=almasri النجار=alnajjar
      حمدان=hamdan درويش=darwish قاسم=qasim السيد=elsayed الهاشمي=alhashimi
      البكري=albakri فرح=farah جابر=jaber الشريف=alsharif بن_علي=benali`,
    rareFamilies: 0,
    secondGiven: { join: " ", share: 0.15 },
  },
  {
    locale: "he",
    weight: 0.7,
    women:
      `נועה=noa שרה=sara תמר=tamar מיכל=michal יעל=yael רחל=rachel שירה=shira
      אסתר=esther מאיה=maya`,
    men:
      `דוד=david יוסף=yosef משה=moshe דניאל=daniel אורי=uri איתי=itay יונתן=yonatan
      אברהם=avraham נועם=noam`,
    family: `כהן=cohen לוי=levi מזרחי=mizrahi פרץ=peretz ביטון=biton דהן=dahan
      אברהם=avraham פרידמן=friedman מלכה=malka אזולאי=azoulay כץ=katz יוסף=yosef
      בן_דוד=bendavid חדד=hadad גבאי=gabay שפירא=shapira רוזנברג=rosenberg`,
    rareFamilies: 0,
  },
];
